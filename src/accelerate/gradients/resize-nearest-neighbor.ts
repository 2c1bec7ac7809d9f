import * as tf from '@tensorflow/tfjs';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { isRightInTfjs, resizeGradient, transposedProduct } from './resize.js';

/**
 * The gradient of a resize by nearest neighbors: each pixel gets the sum of dy over its copies. tfjs's gradient ignores half
 * pixel centers on every backend; on cpu it never returns where corners are aligned and an axis has one pixel, and mixes
 * the examples of a batch. It has no second derivative.
 */
export const resizeNearestNeighbor: Acceleration = {
  apply: overrideGradient('ResizeNearestNeighbor', ['images'], (dy, [{ shape }], attributes) => {
    if (isRightInTfjs(attributes) && !isRecording()) return null;
    return {
      images: () => resizeGradient(tf.image.resizeNearestNeighbor, dy, shape, attributes, sumOfBlocks),
    };
  }),
};

/** The sum of each block of copies, where the image is enlarged by whole factors. */
const sumOfBlocks: typeof transposedProduct = (resize, dy, shape, resizing) => {
  const [batch, height, width, channels] = shape;
  const [, toHeight, toWidth] = dy.shape;
  const isWhole = toHeight % height === 0 && toWidth % width === 0;
  if (resizing.alignCorners || dy.size === 0 || !isWhole)
    return transposedProduct(resize, dy, shape, resizing);
  const blocks = tf.reshape(dy, [batch, height, toHeight / height, width, toWidth / width, channels]);
  return tf.sum(blocks, [2, 4]);
};
