import type { Acceleration } from '../acceleration.js';
import { broadcastsWrongly, summingGradient } from './broadcast.js';

const PLAIN = { transposeA: false, transposeB: false };

/** The gradient of `tf.matMul` where its inputs broadcast: three axes by two, or a batch of one. */
export const matMul: Acceleration = {
  needed: () => broadcastsWrongly('BatchMatMul', [2, 2, 2], [2, 2], PLAIN),
  apply: summingGradient('BatchMatMul'),
};
