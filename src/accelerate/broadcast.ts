import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import type { Patches } from './patches.js';

/**
 * The gradient of a kernel of two inputs that broadcast, summed back to the shape of each, which tfjs leaves in the shape
 * of the result, so that `tf.grads` throws.
 */
export function summingGradient(kernelName: string): Pick<Acceleration, 'apply'> {
  return {
    apply(patches: Patches) {
      const before = tf.getGradient(kernelName);
      patches.gradient({
        ...before,
        gradFunc: (dy, saved, attributes) => {
          const [a, b] = saved as [tf.Tensor, tf.Tensor];
          const gradients = before.gradFunc(dy, saved, attributes);
          return {
            a: () => sumTo(gradients.a?.() as tf.Tensor, a.shape),
            b: () => sumTo(gradients.b?.() as tf.Tensor, b.shape),
          };
        },
      });
    },
  };
}

/** The sum over the axes that a shape lacks, or has as 1. */
function sumTo(x: tf.Tensor, shape: number[]): tf.Tensor {
  const over = tf.broadcast_util.getReductionAxes(shape, x.shape);
  return (over.length > 0 ? tf.sum(x, over) : x).reshape(shape);
}

/** Whether the gradient of an op of two inputs throws for these shapes. */
export function throwsFor(op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, a: number[], b: number[]): boolean {
  return tf.tidy(() => {
    try {
      tf.grads((a: tf.Tensor, b: tf.Tensor) => op(a, b))([tf.ones(a), tf.ones(b)]);
      return false;
    } catch {
      return true;
    }
  });
}
