import * as tf from '@tensorflow/tfjs';
import type { Resizing } from '../../tfjs/kernels.js';

type Resize = typeof tf.image.resizeBilinear;

/** Whether tfjs's own gradient is right on the backend in use. */
export function isRightInTfjs({ alignCorners, halfPixelCenters }: Resizing): boolean {
  if (halfPixelCenters || tf.getBackend() === 'cpu') return false;
  return tf.getBackend() === 'tensorflow' || !alignCorners;
}

/** The gradient of a resize `y = rows x columns'`, which is `dx = rows' dy columns`. */
export function transposedProduct(
  resize: Resize,
  dy: tf.Tensor4D,
  [batch, height, width, channels]: tf.Tensor4D['shape'],
  resizing: Resizing,
): tf.Tensor4D {
  const [toHeight, toWidth] = resizing.size;
  const rows = resizeAxis(resize, tf.eye(height), toHeight, resizing);
  const columns = resizeAxis(resize, tf.eye(width), toWidth, resizing);
  // With the axis that is summed over first, each sum is one product of two matrices.
  const tall = tf.transpose(dy, [1, 2, 0, 3]).reshape<tf.Tensor2D>([toHeight, toWidth * batch * channels]);
  const byRows = tf.matMul(rows, tall, true).reshape([height, toWidth, batch * channels]);
  const wide = tf.transpose(byRows, [1, 0, 2]).reshape<tf.Tensor2D>([toWidth, height * batch * channels]);
  const dx = tf.matMul(columns, wide, true).reshape<tf.Tensor4D>([width, height, batch, channels]);
  return tf.transpose(dx, [2, 1, 0, 3]);
}

/** Resizes one axis by the backend's own kernel: `[from, channels]` becomes `[to, channels]`. */
export function resizeAxis(
  resize: Resize,
  pixels: tf.Tensor2D,
  to: number,
  { alignCorners, halfPixelCenters }: Resizing,
): tf.Tensor2D {
  const [from, channels] = pixels.shape;
  const images: tf.Tensor4D = pixels.reshape([1, from, 1, channels]);
  return resize(images, [to, 1], alignCorners, halfPixelCenters).reshape([to, channels]);
}
