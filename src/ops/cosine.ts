import * as tf from '@tensorflow/tfjs';
import { constantOf, withGradient } from './gradient.js';
import { normGuard } from './guard.js';
import { inverseLength, magnitude, sumOfSquares } from './lengths.js';
import { clearPadding } from './padding.js';
import { unitKernel } from './weight-norm.js';

export interface CosineOptions {
  /** Subtract from each example and from each unit's weights their mean over the features (Pearson). Default: false. */
  center?: boolean;
  /** Added inside the roots, for an example relative to its largest square. Default: 1e-12. */
  epsilon?: number;
}

/**
 * Cosine of the angle between each example and each unit's incoming weights.
 *
 * Forward: `c = x^.w / |w|`, `x^ = x / |x|`; with a bias it is one more coordinate, 1 in x and b in w:
 * `c = (x.w + b) / (sqrt(|x|^2 + 1) sqrt(|w|^2 + b^2))`.
 *
 * Backward, with `d = dc / |w|`: `dw = x^T d - w sum_batch(dc c) / |w|^2`, `dx^ = d w^T`,
 * `dx = (dx^ - x^ sum_features(dx^ x^)) / |x|`. dx is orthogonal to x, dw to w. Centred, x and w stand for what is left
 * of them without their means, and dx and dw have mean 0 by themselves.
 *
 * A zero (centred: constant) example or weight vector has no direction: it gives 0, and a gradient of 0 both to itself and
 * by way of it. Examples may have any magnitude from 1e-35 to 1e35, units a length from about 1e-4 to 1e18: below, epsilon
 * counts, above, float32 has no square.
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
    const guard = normGuard(epsilon);
    const directions = unitExamples(x, { center, guard, coordinate: bias !== null });
    const own = center ? centredUnits(kernel) : kernel;
    const w = bias ? withRow(own, bias) : own;
    const rounding = center ? constantOf(kernel, roundingOf) : 0;
    return overLengths(tf.matMul(directions, w), w, guard, rounding);
  });
}

/**
 * Each example divided by its length, and with one more coordinate of 1 if asked for.
 *
 * First by its largest entry, so that no square overflows or vanishes. Without its mean where centred: the gradient is
 * that of what is left, since by the product with centred weights it has mean 0 already.
 */
function unitExamples(
  x: tf.Tensor2D,
  { center, guard, coordinate }: { center: boolean; guard: number; coordinate: boolean },
): tf.Tensor2D {
  const features = x.shape[1];
  return withGradient<[tf.Tensor2D], tf.Tensor2D, [tf.Tensor2D, tf.Tensor]>(([x], save) => {
    const largest = magnitude(x, [1]); // [batch, 1]
    const scale = coordinate ? tf.maximum(largest, 1) : largest;
    const inside: tf.Tensor2D = tf.div(x, scale);
    const own = center ? subtractMean(subtractMean(inside, 1), 1) : inside;
    const all = coordinate ? tf.concat([own, tf.reciprocal(scale)], 1) : own;
    const rounding = center && !coordinate ? features * ROUNDING : 0;
    const inverse = inverseLength(tf.sum(tf.square(all), 1, true), guard, rounding); // [batch, 1]
    const value: tf.Tensor2D = all.mul(inverse);
    save([value, inverse.div(scale)]);
    return { value, gradient };
  })(x);

  function gradient(dy: tf.Tensor2D, [value, inverse]: [tf.Tensor2D, tf.Tensor]): tf.Tensor[] {
    const pull = tf.sum(dy.mul(value), 1, true); // [batch, 1]
    const dx = dy.sub(value.mul(pull)).mul(inverse);
    return [coordinate ? tf.slice(dx, [0, 0], [-1, features]) : dx];
  }
}

/** The largest square that float32 leaves of an entry of 1 without its mean: that of a constant is not more. */
const ROUNDING = 1e-14;

/** What the squares of each unit's weights without their mean may add up to where they are equal. */
function roundingOf(kernel: tf.Tensor2D): tf.Tensor {
  return tf.square(tf.mean(kernel, 0)).mul(kernel.shape[0] * ROUNDING); // [units]
}

/** Each unit's weights without their mean; by the product with centred examples its gradient has mean 0 already. */
function centredUnits(kernel: tf.Tensor2D): tf.Tensor2D {
  return withGradient<[tf.Tensor2D], tf.Tensor2D>(([kernel]) => ({
    value: subtractMean(subtractMean(kernel, 0), 0),
    gradient: (dy) => [dy.clone()],
  }))(kernel);
}

const withRow = (t: tf.Tensor2D, row: tf.Tensor1D): tf.Tensor2D => tf.concat2d([t, row.expandDims(0)], 0);

/** To be taken twice: the first mean of a constant is off by a rounding error, and a cosine has no scale to see it as small. */
function subtractMean(t: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
  return clearPadding(tf.sub(t, tf.mean(t, axis, true)));
}

/**
 * Each output's weights, and its bias as one more, divided by their common length; centred, without the mean of the
 * weights. A cosine with them is what it was.
 *
 * @param kernel outputs on the last axis
 */
export function unitWeights<T extends tf.Tensor>(
  kernel: T,
  bias: tf.Tensor1D | null,
  { center = false, epsilon = 1e-12 }: CosineOptions = {},
): [T, tf.Tensor1D | null] {
  const outputs = kernel.shape.at(-1) ?? 0;
  const flat: tf.Tensor2D = kernel.reshape([-1, outputs]);
  const own = center ? centredUnits(flat) : flat;
  const size = own.shape[0];
  const all = bias ? withRow(own, bias) : own;
  const unit = unitKernel(all, [-1], { epsilon });
  if (!bias) return [unit.reshape<T>(kernel.shape), null];
  return [
    tf.slice(unit, [0, 0], [size, outputs]).reshape<T>(kernel.shape),
    tf.slice(unit, [size, 0], [1, outputs]).flatten(),
  ];
}

type Lengths = [w: tf.Tensor2D, inverse: tf.Tensor, c: tf.Tensor2D];

/** The product over the lengths of the units; one gradient, since the composed one makes half as many passes again. */
function overLengths(
  product: tf.Tensor2D,
  w: tf.Tensor2D,
  guard: number,
  rounding: tf.Tensor | number,
): tf.Tensor2D {
  return withGradient<[tf.Tensor2D, tf.Tensor2D], tf.Tensor2D, Lengths>(([product, w], save) => {
    const inverse = inverseLength(sumOfSquares(w, [0]), guard, rounding); // [units]
    const value: tf.Tensor2D = product.mul(inverse); // [batch, units]
    save([w, inverse, value]);
    return { value, gradient };
  })(product, w);

  function gradient(dc: tf.Tensor2D, [w, inverse, c]: Lengths): tf.Tensor[] {
    const pull = tf.sum(dc.mul(c), 0).mul(tf.square(inverse)).neg(); // [units]
    return [dc.mul(inverse), w.mul(pull)];
  }
}
