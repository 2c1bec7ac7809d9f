import * as tf from '@tensorflow/tfjs';

/**
 * What of tfjs computes by being looked up, as it is when this module loads. Where something else stands there later, a user
 * has put it there, as those do who clip gradients in an optimizer or guide them through relu.
 */
const gradients = new Map(
  tf.getKernelsForBackend('cpu').map(({ kernelName }) => [kernelName, tf.getGradient(kernelName)]),
);
const methods = new Map<object, Map<string, unknown>>();

const { classNameMap } = tf.serialization.SerializationMap.getMap();
for (const [found] of Object.values(classNameMap))
  note((found as { prototype: object }).prototype, 'call', 'apply');
for (const { prototype } of [tf.SGDOptimizer, tf.MomentumOptimizer, tf.AdamOptimizer]) {
  note(prototype, 'applyGradients');
}

function note(prototype: object, ...names: string[]): void {
  const own = names.filter((name) => Object.hasOwn(prototype, name));
  methods.set(prototype, new Map(own.map((name) => [name, (prototype as Record<string, unknown>)[name]])));
}

/** Shared by all copies of this package in a process. */
const OURS = Symbol.for('evenkeel.override');

/** Marks a replacement for one of tfjs's own functions, so that it is not taken for a user's. */
export function ours<T extends object>(override: T): T {
  return Object.defineProperty(override, OURS, { value: true });
}

const isOurs = (found: unknown): boolean => (found as Record<symbol, unknown> | undefined)?.[OURS] === true;

/** Whether the gradient of a kernel is a user's. */
export function isUsersGradient(kernelName: string): boolean {
  const found = tf.getGradient(kernelName);
  const original = gradients.get(kernelName);
  return original !== undefined && !isOurs(original) && found !== original && !isOurs(found);
}

/** Whether a method by which a class of tfjs computes is a user's. */
export function isUsersMethod(prototype: object, name: string): boolean {
  const found = (prototype as Record<string, unknown>)[name];
  const original = methods.get(prototype)?.get(name);
  return original !== undefined && !isOurs(original) && found !== original && !isOurs(found);
}
