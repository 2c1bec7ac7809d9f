import type { Acceleration } from '../acceleration.js';
import { broadcastsWrongly, summingGradient } from './broadcast.js';

/** The gradient of `tf.maximum` where its inputs broadcast. */
export const maximum: Acceleration = {
  needed: () => broadcastsWrongly('Maximum', [2, 2], [2]),
  apply: summingGradient('Maximum'),
};
