import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { summingGradient, throwsFor } from './broadcast.js';

/** The gradient of `tf.minimum` where its inputs broadcast. */
export const minimum: Acceleration = {
  needed: () => throwsFor(tf.minimum, [2, 2], [2]),
  ...summingGradient('Minimum'),
};
