import * as tf from '@tensorflow/tfjs';
import { replaceGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';

/**
 * The gradient of tile as one reshape and one sum, `dx[i] = sum over the copies of dy`, where tfjs slices every copy out
 * and adds them one by one, and knows ranks up to 4 only.
 */
export const tile: Acceleration = {
  apply: replaceGradient('Tile', ['x'], (dy, [x], { reps }) => ({
    x: () => sumOfCopies(dy, x.shape, reps),
  })),
};

/** `[r0 n0, r1 n1, ...]` as `[r0, n0, r1, n1, ...]`, summed over the r; axes that are not repeated join the next. */
function sumOfCopies(dy: tf.Tensor, shape: number[], reps: number[]): tf.Tensor {
  const split: number[] = [];
  const copies: number[] = [];
  let pending = 1;
  for (const [i, size] of shape.entries()) {
    const times = reps[i]!;
    if (times === 1) {
      pending *= size;
      continue;
    }
    if (pending !== 1) split.push(pending);
    copies.push(split.length);
    split.push(times);
    pending = size;
  }
  if (pending !== 1) split.push(pending);
  if (copies.length === 0) return tf.reshape(dy, shape);
  return tf.sum(tf.reshape(dy, split), copies).reshape(shape);
}
