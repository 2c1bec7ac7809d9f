import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';
import { normGuard } from './guard.js';
import { magnitude, sumOfSquares } from './lengths.js';
import { clearPadding } from './padding.js';

export interface CosineOptions {
  /** Subtract from each example and from each unit's weights their mean over the features (Pearson). Default: false. */
  center?: boolean;
  /** Added inside the roots, relative to the largest square of an example, to that of a unit as it is. Default: 1e-12. */
  epsilon?: number;
}

/**
 * Cosine of the angle between each example and each unit's incoming weights.
 *
 * Forward: `c = x.w / (|x| |w|)`; with a bias it is one more coordinate, 1 in x and b in w:
 * `c = (x.w + b) / (sqrt(|x|^2 + 1) sqrt(|w|^2 + b^2))`.
 *
 * Backward, with `d = dc / (|x| |w|)` and `p = dc c`: `dx = d w^T - x sum_units(p) / |x|^2`,
 * `dw = x^T d - w sum_batch(p) / |w|^2`, `db = sum_batch(d) - b sum_batch(p) / |w|^2`. dx is orthogonal to x, dw to w.
 * Centred, x and w stand for what is left of them without their means, and dx and dw have mean 0 by themselves.
 *
 * A zero (centred: constant) example or weight vector gives 0 with a finite gradient. Examples may have any magnitude
 * from 1e-35 to 1e35, units a length from about 1e-4 to 1e18: below, epsilon counts, above, float32 has no square.
 *
 * Source: Luo et al., "Cosine Normalization", arXiv 1702.05870, equations 1 to 3.
 *
 * @param x `[batch, features]`
 * @param kernel `[features, units]`
 * @param bias `[units]`, or null for none
 * @returns `[batch, units]`, within [-1, 1]
 */
export function cosine(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D | null = null,
  { center = false, epsilon = 1e-12 }: CosineOptions = {},
): tf.Tensor2D {
  return tf.tidy(() => {
    const largest = magnitude(x, [1]); // [batch, 1]
    // The added coordinate is 1, so that it may be the largest.
    const scale = bias ? tf.maximum(largest, 1) : largest;
    const xs = rescaled(x, scale, center);
    const w = center ? centred(kernel, 0) : kernel;
    const one = bias ? tf.reciprocal(scale) : null; // [batch, 1], the added coordinate
    return overLengths(tf.matMul(xs, w), xs, w, bias, one, normGuard(epsilon));
  });
}

/**
 * Each example divided by its own scale, and without its mean. A cosine does not depend on either, so that its gradient
 * by the result is already free of both, and passing it on needs the division alone.
 */
export function rescaled<T extends tf.Tensor>(x: T, scale: tf.Tensor, center = false): T {
  return withGradient<[T], T>(([x], save) => {
    const xs = tf.div(x, scale) as T;
    const value = center ? (subtractMean(subtractMean(xs, 1), 1) as T) : xs;
    save([scale]);
    return { value, gradient: (dy, [scale]) => [tf.div(dy, scale as tf.Tensor)] };
  })(x);
}

/** Each unit's weights without their mean; for the gradient see {@link rescaled}. */
function centred(kernel: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
  return withGradient<[tf.Tensor2D], tf.Tensor2D>(([kernel]) => ({
    value: subtractMean(subtractMean(kernel, axis), axis) as tf.Tensor2D,
    gradient: (dy) => [dy.clone()],
  }))(kernel);
}

/** To be taken twice: the first mean of a constant is off by a rounding error, and a cosine has no scale to see it as small. */
function subtractMean(t: tf.Tensor, axis: number): tf.Tensor {
  return clearPadding(tf.sub(t, tf.mean(t, axis, true)));
}

/** The product over both lengths; one gradient, since the composed one makes half as many passes again. */
function overLengths(
  dot: tf.Tensor2D,
  x: tf.Tensor2D,
  w: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  one: tf.Tensor | null,
  guard: number,
): tf.Tensor2D {
  const op = withGradient<tf.Tensor[], tf.Tensor2D>(([dot, x, w, bias], save) => {
    const x2 = sumOfSquares(x as tf.Tensor, [1], true).add(guard); // [batch, 1]
    const w2 = sumOfSquares(w as tf.Tensor, [0]).add(guard); // [units]
    const ix = tf.rsqrt(one ? x2.add(tf.square(one)) : x2);
    const iw = tf.rsqrt(bias ? w2.add(tf.square(bias)) : w2);
    const total = bias && one ? (dot as tf.Tensor).add(bias.mul(one)) : (dot as tf.Tensor);
    const value = total.mul(ix).mul(iw) as tf.Tensor2D; // [batch, units]
    save([x as tf.Tensor, w as tf.Tensor, ix, iw, value, ...(bias && one ? [bias, one] : [])]);
    return { value, gradient };
  });
  const gradient = (dc: tf.Tensor2D, saved: tf.Tensor[]): tf.Tensor[] => {
    const [x, w, ix, iw, c] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const [bias, one] = saved.slice(5);
    const d = dc.mul(ix).mul(iw); // [batch, units]
    const p = dc.mul(c); // [batch, units]
    const pullX = tf.sum(p, 1, true).mul(tf.square(ix)).neg(); // [batch, 1]
    const pullW = tf.sum(p, 0).mul(tf.square(iw)).neg(); // [units]
    const db = bias && one ? [tf.sum(d.mul(one), 0).add(bias.mul(pullW))] : [];
    return [d, x.mul(pullX), w.mul(pullW), ...db];
  };
  return bias ? op(dot, x, w, bias) : op(dot, x, w);
}
