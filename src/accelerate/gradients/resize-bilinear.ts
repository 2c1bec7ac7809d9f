import * as tf from '@tensorflow/tfjs';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { isRightInTfjs, transposedProduct } from './resize.js';

/**
 * The gradient of a bilinear resize, the transpose of the product that the resize is along each axis. tfjs's takes half
 * pixel centers for none on every backend, never ends on cpu where corners are aligned and an axis has one pixel, and turns
 * an image on its side on cpu. Nor has its own a second derivative.
 */
export const resizeBilinear: Acceleration = {
  apply: overrideGradient('ResizeBilinear', ['images'], (dy, [{ shape }], attributes) => {
    if (isRightInTfjs(attributes) && !isRecording()) return null;
    return { images: () => transposedProduct(tf.image.resizeBilinear, dy, shape, attributes) };
  }),
};
