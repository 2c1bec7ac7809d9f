import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';
import { normGuard } from './guard.js';
import { inputAxes, inverseLength, sumOfSquares } from './lengths.js';

export interface WeightNormOptions {
  /** Added to each sum of squares inside the root. Default: 1e-12. */
  epsilon?: number;
}

/**
 * Product with a weight-normalized kernel, `w = g v / |v|` for each output unit.
 *
 * Forward: `u = x v`, `s = g / |v|`, `y = u s`; the normalized kernel is never formed.
 *
 * Backward, with `d = dy s`: `dx = d v^T`, `dg = sum_batch(dy u) / |v|`, `dv = x^T d - v s dg / |v|`, orthogonal to v.
 *
 * A unit whose v is zero has no direction: it gives 0, and a gradient of 0 to v, g and x.
 *
 * Source: Salimans and Kingma, "Weight Normalization", arXiv 1602.07868, equations 2 and 3.
 *
 * @param x `[batch, features]`
 * @param v `[features, units]`, the direction
 * @param g `[units]`, the length
 * @returns `[batch, units]`
 */
export function weightNormProduct(
  x: tf.Tensor2D,
  v: tf.Tensor2D,
  g: tf.Tensor1D,
  { epsilon = 1e-12 }: WeightNormOptions = {},
): tf.Tensor2D {
  // The product keeps its own gradient: it leaves out that of the data, which the first layer does not need.
  return tf.tidy(() => {
    const guard = normGuard(epsilon);
    return withGradient<[tf.Tensor2D, tf.Tensor2D, tf.Tensor1D], tf.Tensor2D, Saved>(([u, v, g], save) => {
      const inverse = inverseLength(sumOfSquares(v, [0]), guard); // [units]
      const s = g.mul(inverse); // [units]
      save([u, v, inverse, s]);
      return { value: u.mul(s), gradient: productGradient };
    })(tf.matMul(x, v), v, g);
  });
}

type Saved = [u: tf.Tensor2D, v: tf.Tensor2D, inverse: tf.Tensor, s: tf.Tensor];

function productGradient(dy: tf.Tensor2D, [u, v, inverse, s]: Saved): tf.Tensor[] {
  const dg = tf.sum(dy.mul(u), 0).mul(inverse); // [units]
  return [dy.mul(s), v.mul(dg.mul(s).mul(inverse).neg()), dg];
}

/**
 * A kernel of unit length for each output, `v / |v|`; for the kernels that are small beside what they are applied to.
 *
 * Backward, with w the result: `dv = (dw - w sum(dw w)) / |v|`, orthogonal to v.
 *
 * An output whose v is zero has no direction: it gives 0, with a gradient of 0.
 *
 * Source: Salimans and Kingma, "Weight Normalization", arXiv 1602.07868, equations 2 and 3.
 *
 * @param v a kernel of any shape
 * @param outputAxes the axes that number the outputs; the length is taken over the others
 * @returns the shape of v
 */
export function unitKernel<T extends tf.Tensor>(
  v: T,
  outputAxes: number[],
  { epsilon = 1e-12 }: WeightNormOptions = {},
): T {
  const axes = inputAxes(v, outputAxes);
  const guard = normGuard(epsilon);
  return withGradient<[T], T, [T, tf.Tensor]>(([v], save) => {
    const inverse = inverseLength(sumOfSquares(v, axes, true), guard);
    const value = tf.mul<T>(v, inverse);
    save([value, inverse]);
    return { value, gradient };
  })(v);

  function gradient(dw: T, [w, inverse]: [T, tf.Tensor]): tf.Tensor[] {
    return [dw.sub(w.mul(tf.sum(dw.mul(w), axes, true))).mul(inverse)];
  }
}
