import * as tf from '@tensorflow/tfjs';

/**
 * What tells whether something was changed that is still the same object: the entries of a map, a set or an array of
 * numbers, and how many fields an object of a class has. Null for anything else.
 */
export function stampOf(value: unknown): readonly unknown[] | Uint8Array | null {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  }
  return mayGrow(value) ? [Object.keys(value).length] : null;
}

export const sameStamp = (a: ReturnType<typeof stampOf>, b: ReturnType<typeof stampOf>): boolean =>
  a === b || (a?.length === b?.length && (a?.every((x, i) => Object.is(x, b?.[i])) ?? false));

/** Whether a step may find a field in it that was not there before. tfjs's own classes that matter here have all of theirs. */
function mayGrow(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const ofTfjs = [tf.Tensor, tf.SymbolicTensor, tf.LayersModel, tf.LayerVariable];
  return !ofTfjs.some((one) => value instanceof one) && Object.getPrototypeOf(value) !== Object.prototype;
}
