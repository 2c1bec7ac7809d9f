/** Tensors pass from one copy of tfjs to another; layers, models, symbolic inputs and the names of classes do not. */
export const KEEP_ONE =
  'Keep one: see `npm ls @tensorflow/tfjs-core`, then `npm dedupe`, and import nothing from @tensorflow/*/dist.';

/** Whether something that is no layer of this copy of tfjs is a layer of another copy. */
export function isForeign(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('getClassName' in value)) return false;
  return typeof value.getClassName === 'function';
}

export function foreign(who: string, what: string): Error {
  return new Error(
    `${who}: ${what} comes from another copy of @tensorflow/tfjs; two are loaded. ${KEEP_ONE}`,
  );
}
