import * as tf from '@tensorflow/tfjs';
import type { Overrides } from '../../tfjs/overrides.js';
import type { Acceleration } from '../acceleration.js';

/**
 * The gradient of a kernel of two inputs that broadcast, summed back to the shape of each, which tfjs leaves in the shape
 * of the result, so that `tf.grads` throws.
 */
export function summingGradient(kernelName: string): Pick<Acceleration, 'apply'> {
  return {
    apply(overrides: Overrides) {
      const before = tf.getGradient(kernelName);
      overrides.gradient({
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

/**
 * Whether the gradient of a kernel of two inputs leaves them with another shape than theirs. Asked of the gradient itself:
 * `tf.grads`, which throws for it, keeps what was saved until then.
 */
export function broadcastsWrongly(kernelName: string, a: number[], b: number[], attributes = {}): boolean {
  return tf.tidy(() => {
    const dy = tf.ones(tf.broadcast_util.assertAndGetBroadcastShape(a, b));
    const gradients = tf.getGradient(kernelName).gradFunc(dy, [tf.ones(a), tf.ones(b)], attributes);
    return [a, b].some(
      (shape, i) => !tf.util.arraysEqual(gradients['ab'[i] as string]?.().shape ?? [], shape),
    );
  });
}
