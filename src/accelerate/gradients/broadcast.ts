import * as tf from '@tensorflow/tfjs';
import { sumTo } from '../../ops/sum-to.js';
import type { KernelName } from '../../tfjs/kernels.js';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';

/** The kernels of two inputs that broadcast, whose gradients tfjs leaves in the shape of the result. */
type Broadcasting = Extract<KernelName, 'Maximum' | 'Minimum' | 'SquaredDifference' | 'BatchMatMul'>;

/**
 * The gradient of a kernel of two inputs that broadcast, summed back to the shape of each, which tfjs leaves in the shape
 * of the result, so that `tf.grads` throws.
 */
export const summingGradient = (kernelName: Broadcasting): Acceleration['apply'] =>
  overrideGradient(kernelName, ['a', 'b'], (dy, [a, b], _, original) => {
    const gradients = original(dy);
    return {
      a: () => sumTo(gradients.a!(), a.shape),
      b: () => sumTo(gradients.b!(), b.shape),
    };
  });

/**
 * Whether the gradient of a kernel of two inputs leaves them with another shape than theirs. Asked of the gradient itself:
 * `tf.grads`, which throws for it, keeps what was saved until then.
 */
export function broadcastsWrongly(
  kernelName: Broadcasting,
  a: number[],
  b: number[],
  attributes = {},
): boolean {
  return tf.tidy(() => {
    const dy = tf.ones(tf.broadcast_util.assertAndGetBroadcastShape(a, b));
    const gradients = tf.getGradient(kernelName).gradFunc(dy, [tf.ones(a), tf.ones(b)], attributes);
    const isShaped = (name: string, shape: number[]) =>
      tf.util.arraysEqual(gradients[name]?.().shape ?? [], shape);
    return !isShaped('a', a) || !isShaped('b', b);
  });
}
