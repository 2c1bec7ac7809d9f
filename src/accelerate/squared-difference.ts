import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { summingGradient, throwsFor } from './broadcast.js';

/** The gradient of `tf.squaredDifference` where its inputs broadcast. */
export const squaredDifference: Acceleration = {
  needed: () => throwsFor(tf.squaredDifference, [2, 2], [2]),
  ...summingGradient('SquaredDifference'),
};
