import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { summingGradient, throwsFor } from './broadcast.js';

/** The gradient of `tf.maximum` where its inputs broadcast. */
export const maximum: Acceleration = {
  needed: () => throwsFor(tf.maximum, [2, 2], [2]),
  ...summingGradient('Maximum'),
};
