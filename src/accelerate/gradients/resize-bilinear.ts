import * as tf from '@tensorflow/tfjs';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { isRightInTfjs, transposedProduct } from './resize.js';

/**
 * The gradient of a bilinear resize. The resize is a product with a matrix along each axis, and its gradient the product
 * with the transposed matrix. tfjs's gradient ignores half pixel centers on every backend; on cpu it never returns where
 * corners are aligned and an axis has one pixel, and exchanges height and width. It has no second derivative.
 */
export const resizeBilinear: Acceleration = {
  apply: overrideGradient('ResizeBilinear', ['images'], (dy, [{ shape }], attributes) => {
    if (isRightInTfjs(attributes) && !isRecording()) return null;
    return { images: () => transposedProduct(tf.image.resizeBilinear, dy, shape, attributes) };
  }),
};
