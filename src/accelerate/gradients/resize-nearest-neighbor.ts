import * as tf from '@tensorflow/tfjs';
import { withDifferentiableGradient } from '../../ops/gradient.js';
import type { Resizing } from '../../tfjs/kernels.js';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { isRightInTfjs, resizeAxis, transposedProduct } from './resize.js';

type Shape = tf.Tensor4D['shape'];

const resize = tf.image.resizeNearestNeighbor;

/**
 * The gradient of a resize by nearest neighbors: each pixel gets the sum of dy over its copies. tfjs's gradient ignores half
 * pixel centers on every backend; on cpu it never returns where corners are aligned and an axis has one pixel, and mixes
 * the examples of a batch. It has no second derivative.
 */
export const resizeNearestNeighbor: Acceleration = {
  apply: overrideGradient('ResizeNearestNeighbor', ['images'], (dy, [{ shape }], attributes) => {
    if (isRightInTfjs(attributes) && !isRecording()) return null;
    return { images: () => sumOfCopies(dy, shape, attributes) };
  }),
};

/** Its own gradient is the resize. */
function sumOfCopies(dy: tf.Tensor4D, shape: Shape, resizing: Resizing): tf.Tensor4D {
  const { size, alignCorners, halfPixelCenters } = resizing;
  return withDifferentiableGradient<[tf.Tensor4D], tf.Tensor4D>(([dy]) => ({
    value: sumOf(dy, shape, resizing),
    gradient: (ddx) => [resize(ddx, size, alignCorners, halfPixelCenters)],
  }))(dy);
}

function sumOf(dy: tf.Tensor4D, shape: Shape, resizing: Resizing): tf.Tensor4D {
  if (['cpu', 'wasm'].includes(tf.getBackend())) return inOnePass(dy, shape, resizing);
  return sumOfBlocks(dy, shape, resizing) ?? transposedProduct(resize, dy, shape, resizing);
}

/** Sums blocks of dy where the image is enlarged by whole factors; null where it is not. */
function sumOfBlocks(dy: tf.Tensor4D, shape: Shape, { alignCorners }: Resizing): tf.Tensor4D | null {
  const [batch, height, width, channels] = shape;
  const [, toHeight, toWidth] = dy.shape;
  if (alignCorners || dy.size === 0 || toHeight % height !== 0 || toWidth % width !== 0) return null;
  const blocks = tf.reshape(dy, [batch, height, toHeight / height, width, toWidth / width, channels]);
  return tf.sum(blocks, [2, 4]);
}

/** One pass over dy in JavaScript. */
function inOnePass(dy: tf.Tensor4D, shape: Shape, resizing: Resizing): tf.Tensor4D {
  const [batch, height, width, channels] = shape;
  const rows = copied(height, resizing.size[0], resizing);
  const columns = copied(width, resizing.size[1], resizing);
  const values = dy.dataSync();
  const sums = new Float64Array(tf.util.sizeFromShape(shape));
  for (let image = 0, place = 0; image < batch; image++) {
    for (let row = 0; row < rows.length; row++) {
      const start = (image * height + rows[row]!) * width;
      for (let column = 0; column < columns.length; column++) {
        const pixel = (start + columns[column]!) * channels;
        for (let channel = 0; channel < channels; channel++) sums[pixel + channel]! += values[place++]!;
      }
    }
  }
  return tf.tensor4d(new Float32Array(sums), shape);
}

/** For each pixel of an axis after the resize, which pixel it is a copy of, as the backend's own kernel decides. */
function copied(from: number, to: number, resizing: Resizing): tf.TypedArray {
  const pixels = tf.range(0, from).reshape<tf.Tensor2D>([from, 1]);
  return resizeAxis(resize, pixels, to, resizing).dataSync();
}
