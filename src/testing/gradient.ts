import * as tf from '@tensorflow/tfjs';
import { difference, type Tolerance } from './close.js';

export interface GradientCheck extends Tolerance {
  /** Half the distance of the central difference. Default: 1e-2, the best for float32 functions of order 1. */
  step?: number;
  /** 2 compares the gradient of the gradient as well, 3 that of this, and so on. Default: 1. */
  order?: number;
}

/**
 * Compares the gradient of `f` with central differences: for each input and each of its elements,
 * `(L(x + h) - L(x - h)) / 2h` of `L = sum(f(x) c)`, c fixed and of no symmetry that hides an error.
 *
 * In float32 a central difference is good to about 1e-3 of the largest element: the default tolerances.
 *
 * @param f a function of tensors
 * @param inputs small tensors, since each element costs two evaluations
 * @throws an Error naming the input, the largest error and its place, or the input around which f is not finite
 */
export function checkGradient(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  { step = 1e-2, rtol = 1e-2, atol = 2e-3, order = 1 }: GradientCheck = {},
): void {
  const loss = weighed(f);
  tf.tidy(() => {
    const gradients = tf.grads(loss)(inputs);
    inputs.forEach((input, which) => {
      const values = input.dataSync();
      const at = (i: number, delta: number): number => {
        const moved = Float32Array.from(values);
        moved[i] = moved[i]! + delta;
        const xs = inputs.map((x, j) => (j === which ? tf.tensor(moved, input.shape) : x));
        return tf.tidy(() => loss(...xs).dataSync()[0]!);
      };
      const numeric = Float32Array.from(values, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
      const { close, message } = difference(gradients[which]!, numeric, { rtol, atol });
      if (!numeric.every(Number.isFinite))
        throw new Error(`the values around input ${which} are not finite, so no difference can be taken`);
      if (!close)
        throw new Error(`the gradient of input ${which} is not that of central differences: ${message}`);
    });
  });
  if (order < 2) return;
  try {
    checkGradient(gradientOf(f), inputs, { step, rtol, atol, order: order - 1 });
  } catch (error) {
    throw new Error(`of the gradient itself, ${error instanceof Error ? error.message : error}`);
  }
}

function weighed(f: (...inputs: tf.Tensor[]) => tf.Tensor): (...inputs: tf.Tensor[]) => tf.Scalar {
  return (...xs) =>
    tf.tidy(() => {
      const y = f(...xs);
      const weights = Float32Array.from({ length: y.size }, (_, i) => Math.cos(1 + i * 0.7));
      return y.mul(tf.tensor(weights, y.shape)).sum().asScalar();
    });
}

/** All gradients as one vector; with a part that each input has, since tfjs throws where there is none. */
function gradientOf(f: (...inputs: tf.Tensor[]) => tf.Tensor): (...inputs: tf.Tensor[]) => tf.Tensor {
  return (...xs) => tf.tidy(() => tf.concat([...tf.grads(weighed(f))(xs), ...xs].map((t) => t.flatten())));
}
