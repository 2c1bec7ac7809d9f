import * as tf from '@tensorflow/tfjs';

/** The values of a tensor, by its type: float32, int32, bool. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** The part of tfjs's wasm backend that is used. */
export interface WasmBackend {
  /** A tensor whose values are not set: they are whatever its memory held. */
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  getMemoryOffset(dataId: object): number;
  typedArrayFromHeap(x: tf.TensorInfo): Values;
}

/** The wasm backend if it is the one in use, else null. */
export function wasmBackend(): WasmBackend | null {
  return tf.getBackend() === 'wasm' ? (tf.backend() as unknown as WasmBackend) : null;
}

type Each<Tensors, T> = { [i in keyof Tensors]: T };

/** The values of tensors where they are in memory. Valid only until memory is allocated again, which may move them. */
export function heapOf<Tensors extends readonly tf.TensorInfo[]>(
  backend: WasmBackend,
  ...tensors: Tensors
): Each<Tensors, Values> {
  // This moves data from another backend here, which allocates memory: for all of them before the first view is taken.
  for (const { dataId } of tensors) backend.getMemoryOffset(dataId);
  return tensors.map((x) => backend.typedArrayFromHeap(x)) as Each<Tensors, Values>;
}

/** The same for tensors of float32. */
export const floatsOf = heapOf as <Tensors extends readonly tf.TensorInfo[]>(
  backend: WasmBackend,
  ...tensors: Tensors
) => Each<Tensors, Float32Array>;

/** All of the memory that these values are part of, as numbers of their type. */
export function wholeHeap(values: Values): Values {
  const { buffer } = values;
  if (values instanceof Float32Array) return new Float32Array(buffer);
  return values instanceof Int32Array ? new Int32Array(buffer) : new Uint8Array(buffer);
}
