import * as tf from '@tensorflow/tfjs';
import { withDifferentiableGradient } from '../../ops/gradient.js';
import type { Resizing } from '../../tfjs/kernels.js';

type Shape = tf.Tensor4D['shape'];
type Resize = typeof tf.image.resizeBilinear;

/** Whether tfjs's own gradient is right on the backend in use. */
export function isRightInTfjs({ alignCorners, halfPixelCenters }: Resizing): boolean {
  if (halfPixelCenters || tf.getBackend() === 'cpu') return false;
  return tf.getBackend() === 'tensorflow' || !alignCorners;
}

/**
 * The gradient of a resize `y = rows x columns'`, which is `dx = rows' dy columns`; its own gradient is the resize.
 *
 * @param compute on backends whose values JavaScript cannot read at once
 */
export const resizeGradient = (
  resize: Resize,
  dy: tf.Tensor4D,
  shape: Shape,
  resizing: Resizing,
  compute: typeof transposedProduct = transposedProduct,
): tf.Tensor4D =>
  withDifferentiableGradient<[tf.Tensor4D], tf.Tensor4D>(([dy]) => ({
    value: ['cpu', 'wasm'].includes(tf.getBackend())
      ? inOnePass(resize, dy, shape, resizing)
      : compute(resize, dy, shape, resizing),
    gradient: (ddx) => [resize(ddx, resizing.size, resizing.alignCorners, resizing.halfPixelCenters)],
  }))(dy);

/** As two products of matrices. */
export function transposedProduct(
  resize: Resize,
  dy: tf.Tensor4D,
  [batch, height, width, channels]: Shape,
  resizing: Resizing,
): tf.Tensor4D {
  const [toHeight, toWidth] = resizing.size;
  const rows = matrixOf(resize, height, toHeight, resizing);
  const columns = matrixOf(resize, width, toWidth, resizing);
  // With the axis that is summed over first, each sum is one product of two matrices.
  const tall = tf.transpose(dy, [1, 2, 0, 3]).reshape<tf.Tensor2D>([toHeight, toWidth * batch * channels]);
  const byRows = tf.matMul(rows, tall, true).reshape([height, toWidth, batch * channels]);
  const wide = tf.transpose(byRows, [1, 0, 2]).reshape<tf.Tensor2D>([toWidth, height * batch * channels]);
  const dx = tf.matMul(columns, wide, true).reshape<tf.Tensor4D>([width, height, batch, channels]);
  return tf.transpose(dx, [2, 1, 0, 3]);
}

/** `[to, from]`: how the backend's own kernel resizes an axis. */
function matrixOf(
  resize: Resize,
  from: number,
  to: number,
  { alignCorners, halfPixelCenters }: Resizing,
): tf.Tensor2D {
  const pixels: tf.Tensor4D = tf.eye(from).reshape([1, from, 1, from]);
  return resize(pixels, [to, 1], alignCorners, halfPixelCenters).reshape([to, from]);
}

/** By one pass over dy: each value goes to the few pixels that it is made of, so that NaN reaches no others. */
function inOnePass(resize: Resize, dy: tf.Tensor4D, shape: Shape, resizing: Resizing): tf.Tensor4D {
  const [batch, height, width, channels] = shape;
  const [toHeight, toWidth] = resizing.size;
  const rows = sourcesOf(matrixOf(resize, height, toHeight, resizing));
  const columns = sourcesOf(matrixOf(resize, width, toWidth, resizing));
  const values = dy.dataSync();
  const sums = new Float64Array(tf.util.sizeFromShape(shape));
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < toHeight; row++) {
      for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++) {
        const start = (image * height + rows.pixels[i]!) * width;
        let place = (image * toHeight + row) * toWidth * channels;
        for (let column = 0; column < toWidth; column++, place += channels) {
          for (let j = columns.starts[column]!; j < columns.starts[column + 1]!; j++) {
            const pixel = (start + columns.pixels[j]!) * channels;
            const weight = rows.weights[i]! * columns.weights[j]!;
            for (let channel = 0; channel < channels; channel++) {
              sums[pixel + channel]! += weight * values[place + channel]!;
            }
          }
        }
      }
    }
  }
  return tf.tensor4d(new Float32Array(sums), shape);
}

/** The entries of a matrix that are not zero: those of row i are from `starts[i]` to `starts[i + 1]`. */
function sourcesOf(matrix: tf.Tensor2D) {
  const from = matrix.shape[1];
  const starts: number[] = [0];
  const pixels: number[] = [];
  const weights: number[] = [];
  for (const [i, weight] of matrix.dataSync().entries()) {
    if (weight !== 0) {
      pixels.push(i % from);
      weights.push(weight);
    }
    if ((i + 1) % from === 0) starts.push(pixels.length);
  }
  return {
    starts: Int32Array.from(starts),
    pixels: Int32Array.from(pixels),
    weights: Float64Array.from(weights),
  };
}
