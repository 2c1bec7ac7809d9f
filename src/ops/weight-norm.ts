import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';
import { normGuard } from './guard.js';

export interface WeightNormOptions {
  /** Added to each sum of squares inside the root. Default: 1e-12. */
  epsilon?: number;
}

/** `|v|` of each output unit, `[units]`, of a kernel `[features, units]`: the g at which weight norm is the plain layer. */
export function unitNorms(v: tf.Tensor2D, { epsilon = 1e-12 }: WeightNormOptions = {}): tf.Tensor1D {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.square(v), 0).add(normGuard(epsilon))));
}

/**
 * Product with a weight-normalized kernel, `w = g v / |v|` for each output unit.
 *
 * Forward: `u = x v`, `s = g / |v|`, `y = u s`; the normalized kernel is never formed.
 *
 * Backward, with `d = dy s`: `dx = d v^T`, `dg = sum_batch(dy u) / |v|`, `dv = x^T d - v s dg / |v|`, orthogonal to v.
 *
 * A unit whose v is zero gives 0 with a finite gradient.
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
  // One gradient for the whole op: composed of single ops it normalizes the full kernel forward and backward.
  return withGradient<[tf.Tensor2D, tf.Tensor2D, tf.Tensor1D], tf.Tensor2D>(([x, v, g], save) => {
    const inverse = tf.rsqrt(tf.sum(tf.square(v), 0).add(normGuard(epsilon))); // [units]
    const s = g.mul(inverse); // [units]
    const u = tf.matMul(x, v); // [batch, units]
    save([x, v, inverse, s, u]);
    return { value: u.mul(s), gradient };
  })(x, v, g);
}

function gradient(dy: tf.Tensor2D, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, v, inverse, s, u] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, tf.Tensor2D];
  const d = dy.mul(s) as tf.Tensor2D; // [batch, units]
  const dg = tf.sum(dy.mul(u), 0).mul(inverse); // [units]
  const dv = tf.matMul(x, d, true).sub(v.mul(dg.mul(s).mul(inverse)));
  return [tf.matMul(d, v, false, true), dv, dg];
}
