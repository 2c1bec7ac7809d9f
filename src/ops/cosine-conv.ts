import * as tf from '@tensorflow/tfjs';
import { type CosineOptions, cosine, unitWeights } from './cosine.js';
import { dilate } from './dilate.js';
import { constantOf, withDifferentiableGradient, withGradient } from './gradient.js';
import { normGuard } from './guard.js';
import { inverseLength, magnitude } from './lengths.js';
import { type ConvGeometry, unfold } from './unfold.js';

/**
 * Cosine of the angle between each patch of an image and each filter.
 *
 * Forward: `c = (x * w) / (|patch| |w|)`, where `x * w` is the convolution, `|patch|^2` that of the channels' sum of
 * squares with a kernel of ones of one channel, and what lies over the edge counts as zeros; with a bias it is one more
 * coordinate, 1 in each patch and b in w. Centred, each patch and each filter stand without their mean over all of the
 * window, the zeros over the edge included.
 *
 * Backward, with `q = sum_filters(dc c) / |patch|^2`: by the quotient `dc / |patch|`, by x beside that
 * `-x (q *^T 1)`, the transposed convolution of q with the ones.
 *
 * A zero (centred: constant) patch or filter has no direction: it gives 0, and a gradient of 0. Images may have any magnitude from 1e-35 to
 * 1e35; patches of less than about 1e-5 of their image's largest entry count as zero.
 *
 * Source: Luo et al., "Cosine Normalization", arXiv 1702.05870, equations 1 to 3, applied to patches.
 *
 * @param x `[batch, height, width, channels]`
 * @param kernel `[height, width, channels, filters]`
 * @param bias `[filters]`, or null for none
 * @returns `[batch, height', width', filters]`, within [-1, 1]
 */
export function cosineConv(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D | null,
  geometry: ConvGeometry,
  { center = false, epsilon = 1e-12 }: CosineOptions = {},
): tf.Tensor4D {
  return tf.tidy(() => {
    if (center) return centredCosineConv(x, kernel, bias, geometry, epsilon);
    const largest = magnitude(x, [1, 2, 3]); // [batch, 1, 1, 1]
    // A cosine does not depend on it: it counts as a constant.
    const scale = bias ? constantOf(largest, (largest) => tf.maximum(largest, 1)) : largest;
    const xs = rescaled(x, scale);
    const one = bias ? tf.reciprocal(scale) : null; // the added coordinate
    const [w, b] = unitWeights(kernel, bias, { epsilon });
    const { strides, padding, dilations } = geometry;
    // tfjs has no gradient for a dilated convolution; one with a dilated kernel is the same and has.
    const spread = dilate(dilate(w, 0, dilations[0]), 1, dilations[1]);
    const ones = dilate(
      dilate(tf.ones<tf.Rank.R4>([kernel.shape[0], kernel.shape[1], 1, 1]), 0, dilations[0]),
      1,
      dilations[1],
    );
    const product = tf.conv2d(xs, spread, strides, padding);
    return overPatchLengths(product, xs, b, one, ones, geometry, normGuard(epsilon));
  });
}

/** Each image divided by its own scale, a constant. */
function rescaled(x: tf.Tensor4D, scale: tf.Tensor): tf.Tensor4D {
  return withDifferentiableGradient<[tf.Tensor4D], tf.Tensor4D, [tf.Tensor]>(([x], save) => {
    save([scale]);
    return {
      value: tf.div(x, scale),
      gradient: (dy, [scale]) => [tf.div(dy, scale)],
    };
  })(x);
}

/** The mean of a patch differs from place to place, so that no convolution gives its length without cancellation. */
function centredCosineConv(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D | null,
  geometry: ConvGeometry,
  epsilon: number,
): tf.Tensor4D {
  const [height, width, , filters] = kernel.shape;
  const seen = unfold(x, [height, width], geometry);
  const size = seen.shape[3];
  const rows: tf.Tensor2D = seen.reshape([-1, size]);
  return cosine(rows, kernel.reshape([size, filters]), bias, { center: true, epsilon }).reshape([
    ...seen.shape.slice(0, 3),
    filters,
  ]);
}

type Inputs = [product: tf.Tensor4D, x: tf.Tensor4D, ...bias: tf.Tensor1D[]];
type Saved = [x: tf.Tensor4D, inverse: tf.Tensor, c: tf.Tensor4D, ones: tf.Tensor4D, ...one: tf.Tensor[]];

/**
 * The product, and the bias times its coordinate, over the lengths of the patches; one gradient, since the composed one
 * makes twice as many passes.
 */
function overPatchLengths(
  product: tf.Tensor4D,
  x: tf.Tensor4D,
  bias: tf.Tensor1D | null,
  one: tf.Tensor | null,
  ones: tf.Tensor4D,
  { strides, padding }: ConvGeometry,
  guard: number,
): tf.Tensor4D {
  const op = withGradient<Inputs, tf.Tensor4D, Saved>(([product, x, bias], save) => {
    const squares: tf.Tensor4D = tf.sum(tf.square(x), 3, true); // [batch, height, width, 1]
    const patch2 = tf.conv2d(squares, ones, strides, padding); // [batch, height', width', 1]
    const inverse = inverseLength(one ? patch2.add(tf.square(one)) : patch2, guard);
    const total = bias && one ? product.add(bias.mul(one)) : product;
    const value: tf.Tensor4D = total.mul(inverse); // [batch, height', width', filters]
    save([x, inverse, value, ones, ...(one ? [one] : [])]);
    return { value, gradient };
  });
  return bias ? op(product, x, bias) : op(product, x);

  function gradient(dc: tf.Tensor4D, [x, inverse, c, ones, one]: Saved): tf.Tensor[] {
    const d = dc.mul(inverse); // [batch, height', width', filters]
    const q: tf.Tensor4D = tf.sum(dc.mul(c), 3, true).mul(tf.square(inverse)); // [batch, height', width', 1]
    const [batch, height, width] = x.shape;
    const pull = tf.conv2dTranspose(q, ones, [batch, height, width, 1], strides, padding);
    return [d, x.mul(pull.neg()), ...(one ? [tf.sum(d.mul(one), [0, 1, 2])] : [])];
  }
}
