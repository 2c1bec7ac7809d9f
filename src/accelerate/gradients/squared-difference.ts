import type { Acceleration } from '../acceleration.js';
import { broadcastsWrongly, summingGradient } from './broadcast.js';

/** The gradient of `tf.squaredDifference` where its inputs broadcast. */
export const squaredDifference: Acceleration = {
  needed: () => broadcastsWrongly('SquaredDifference', [2, 2], [2]),
  apply: summingGradient('SquaredDifference'),
};
