import * as tf from '@tensorflow/tfjs';
import { dilate } from './dilate.js';
import { withDifferentiableGradient } from './gradient.js';

type Shape = [number, number, number, number];

/** How the kernel of a convolution moves over an image; all pairs are [height, width]. */
export interface ConvGeometry {
  strides: [number, number];
  padding: 'valid' | 'same';
  dilations: [number, number];
}

/** Where each entry of the window falls on the padded image, and how much of it a convolution sees there. */
function extentsOf(shape: Shape, size: [number, number], { strides, padding, dilations }: ConvGeometry) {
  const [, height, width, channels] = shape;
  const { padInfo, outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
    shape,
    [...size, channels, 1],
    strides,
    dilations,
    padding,
  );
  const { top, bottom, left, right } = padInfo;
  // The first and last row and column that one entry of the window meets.
  const extents = Array.from({ length: size[0] * size[1] }, (_, i) => {
    const [row, column] = [Math.floor(i / size[1]) * dilations[0], (i % size[1]) * dilations[1]];
    const [height, width] = [(outHeight - 1) * strides[0] + 1, (outWidth - 1) * strides[1] + 1];
    return { row, column, height, width };
  });
  const padded = [height + top + bottom, width + left + right] as const;
  return { top, bottom, left, right, outHeight, outWidth, extents, padded };
}

/**
 * What a convolution sees at each place: the window's entries as one vector, zeros where it looks over the edge.
 * `tf.matMul` of it with the kernel, flattened alike, is the convolution.
 *
 * @param x `[batch, height, width, channels]`
 * @param size of the window
 * @returns `[batch, height', width', size * channels]`, in the order of a kernel `[height, width, channels, filters]`
 */
export function unfold(x: tf.Tensor4D, size: [number, number], geometry: ConvGeometry): tf.Tensor4D {
  const { shape } = x;
  return withDifferentiableGradient<[tf.Tensor4D], tf.Tensor4D>(([x]) => ({
    value: unfolded(x, size, geometry),
    gradient: (dy) => [folded(dy, shape, size, geometry)],
  }))(x);
}

/** {@link unfold} without its gradient. */
function unfolded(x: tf.Tensor4D, size: [number, number], geometry: ConvGeometry): tf.Tensor4D {
  const { top, bottom, left, right, extents } = extentsOf(x.shape, size, geometry);
  const [batch, , , channels] = x.shape;
  const whole = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const entries = extents.map(({ row, column, height, width }) =>
    tf.stridedSlice(
      whole,
      [0, row, column, 0],
      [batch, row + height, column + width, channels],
      [1, ...geometry.strides, 1],
    ),
  );
  return tf.concat(entries, 3) as tf.Tensor4D;
}

/**
 * The image of which each place is the sum of the patches' entries that saw it: the transpose of {@link unfold}, and its
 * gradient.
 *
 * @param dy in the shape of the patches
 * @param shape that of the image
 */
function folded(dy: tf.Tensor4D, shape: Shape, size: [number, number], geometry: ConvGeometry): tf.Tensor4D {
  const { top, left, outHeight, outWidth, extents, padded } = extentsOf(shape, size, geometry);
  const [batch, , , channels] = shape;
  const whole = extents.map(({ row, column, height, width }, i) => {
    const entry = tf.slice(dy, [0, 0, 0, i * channels], [batch, outHeight, outWidth, channels]);
    const spread = dilate(dilate(entry, 1, geometry.strides[0]), 2, geometry.strides[1]);
    return tf.pad(spread, [
      [0, 0],
      [row, padded[0] - row - height],
      [column, padded[1] - column - width],
      [0, 0],
    ]);
  });
  return tf.slice(tf.addN(whole), [0, top, left, 0], shape);
}
