import type { NativeValues } from '../../tfjs/native-backend.js';

/** The arrays of TensorFlow's types, by TF_DataType, and how many numbers make an entry. */
const ARRAYS = new Map<
  number,
  [typeof Float32Array | typeof Int32Array | typeof Uint8Array, perEntry: number]
>([
  [1, [Float32Array, 1]],
  [3, [Int32Array, 1]],
  [4, [Uint8Array, 1]],
  [8, [Float32Array, 2]],
  [9, [Int32Array, 2]],
  [10, [Uint8Array, 1]],
]);

/**
 * The values of a tensor as TensorFlow holds them in memory.
 *
 * @throws Error for a type that has no such form, as texts
 */
export function bytesOf(values: NativeValues, dtype: number, shape: readonly number[]): Uint8Array {
  const [Numbers, perEntry] = ARRAYS.get(dtype) ?? [];
  if (!Numbers || !perEntry) throw new Error('a constant is neither of numbers nor of truth values');
  const typed = ArrayBuffer.isView(values) ? values : Numbers.from(Array.from(values, Number));
  const expected = shape.reduce((size, of) => size * of, perEntry) * Numbers.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(typed.buffer.slice(typed.byteOffset, typed.byteOffset + typed.byteLength));
  if (bytes.length !== expected) throw new Error('a constant has another type than its values');
  return bytes;
}
