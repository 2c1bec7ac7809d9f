import * as tf from '@tensorflow/tfjs';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';

interface Attributes {
  size: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

type Resize = (images: tf.Tensor4D, size: [number, number], align: boolean, half: boolean) => tf.Tensor4D;

/**
 * The gradient of a resize as the transpose of what the resize is along each axis, a product with a matrix:
 * `y = rows x columns'`, `dx = rows' dy columns`.
 *
 * tfjs's takes half pixel centers for none on every backend, never ends on cpu where corners are aligned and an axis has
 * one pixel, mixes the examples of a batch up (nearest, cpu), and turns an image on its side (bilinear, cpu).
 */
const transposed = (
  kernelName: 'ResizeNearestNeighbor' | 'ResizeBilinear',
  resize: Resize,
): Acceleration => ({
  apply(overrides) {
    const before = tf.getGradient(kernelName);
    overrides.gradient({
      ...before,
      gradFunc: (dy, saved, attributes) => {
        const given = attributes as unknown as Attributes;
        if (isRight(given) && !isRecording()) return before.gradFunc(dy, saved, attributes);
        const [{ shape }] = saved as [tf.Tensor4D];
        return { images: () => transpose(dy as tf.Tensor4D, shape, resize, given) };
      },
    });
  },
});

export const resizeNearestNeighbor = transposed('ResizeNearestNeighbor', tf.image.resizeNearestNeighbor);
export const resizeBilinear = transposed('ResizeBilinear', tf.image.resizeBilinear);

/** Whether tfjs's own kernel is, of which there is no second derivative. */
function isRight({ alignCorners, halfPixelCenters }: Attributes): boolean {
  if (halfPixelCenters || tf.getBackend() === 'cpu') return false;
  return tf.getBackend() === 'tensorflow' || !alignCorners;
}

function transpose(dy: tf.Tensor4D, shape: number[], resize: Resize, attributes: Attributes): tf.Tensor4D {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const [toHeight, toWidth] = attributes.size;
  const [rows, columns] = [matrix(resize, height, toHeight), matrix(resize, width, toWidth)];
  // The axis that is summed over comes first, so that each sum is one product of two matrices.
  const tall = tf.transpose(dy, [1, 2, 0, 3]).reshape([toHeight, toWidth * batch * channels]);
  const byRows = tf.matMul(rows, tall as tf.Tensor2D, true).reshape([height, toWidth, batch * channels]);
  const wide = tf.transpose(byRows, [1, 0, 2]).reshape([toWidth, height * batch * channels]);
  const dx = tf.matMul(columns, wide as tf.Tensor2D, true).reshape([width, height, batch, channels]);
  return tf.transpose(dx, [2, 1, 0, 3]) as tf.Tensor4D;

  /** `[to, from]`: what the backend's own kernel makes of each pixel of an axis, a channel for each. */
  function matrix(resize: Resize, from: number, to: number): tf.Tensor2D {
    const { alignCorners, halfPixelCenters } = attributes;
    const pixels = tf.eye(from).reshape([1, from, 1, from]) as tf.Tensor4D;
    return resize(pixels, [to, 1], alignCorners, halfPixelCenters).reshape([to, from]);
  }
}
