import type { Acceleration } from '../acceleration.js';
import { broadcastsWrongly, summingGradient } from './broadcast.js';

/** The gradient of `tf.minimum` where its inputs broadcast. */
export const minimum: Acceleration = {
  needed: () => broadcastsWrongly('Minimum', [2, 2], [2]),
  apply: summingGradient('Minimum'),
};
