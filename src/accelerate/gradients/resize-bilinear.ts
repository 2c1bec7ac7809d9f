import * as tf from '@tensorflow/tfjs';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { isRightInTfjs, resizeGradient } from './resize.js';

/**
 * The gradient of a bilinear resize: each value of dy goes to the pixels around it. tfjs's gradient ignores half pixel
 * centers on every backend; on cpu it never returns where corners are aligned and an axis has one pixel, and exchanges
 * height and width. It has no second derivative.
 */
export const resizeBilinear: Acceleration = {
  apply: overrideGradient('ResizeBilinear', ['images'], (dy, [{ shape }], attributes) => {
    if (isRightInTfjs(attributes) && !isRecording()) return null;
    return { images: () => resizeGradient(tf.image.resizeBilinear, dy, shape, attributes) };
  }),
};
