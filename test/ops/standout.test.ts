import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { standout } from '../../src/ops/standout.js';
import { checkGradient } from '../../src/testing/index.js';
import { type Matrix, matrix, sample, sigmoid } from '../support/float64.js';

const activity = sample(3, 4, 1);
const logit = sample(3, 4, 2);
const noise = matrix(3, 4, (i, j) => ((i * 4 + j) * 0.37) % 1);
const at = (m: Matrix, i: number, j: number) => (m[i] as number[])[j] as number;

describe('standout', () => {
  it('in training keeps an activity, unscaled, where the noise is below sigmoid(logit)', () => {
    const exact = matrix(3, 4, (i, j) =>
      at(noise, i, j) < sigmoid(at(logit, i, j)) ? at(activity, i, j) : 0,
    );
    expect(exact.flat().filter((y) => y === 0).length).toBeGreaterThan(2);
    expect(standout(tf.tensor2d(activity), tf.tensor2d(logit), tf.tensor2d(noise))).toBeAllClose(exact);
  });

  it('in training passes the gradient through the activity alone', () => {
    const [da, dl] = tf.grads((a: tf.Tensor, l: tf.Tensor) =>
      // The second term puts the logit on the tape, and adds 0 to its gradient.
      standout(a as tf.Tensor2D, l as tf.Tensor2D, tf.tensor2d(noise))
        .sum()
        .add(l.mul(0).sum()),
    )([tf.tensor2d(activity), tf.tensor2d(logit)]);
    const mask = matrix(3, 4, (i, j) => (at(noise, i, j) < sigmoid(at(logit, i, j)) ? 1 : 0));
    expect(da).toBeAllClose(mask);
    expect(dl).toBeAllClose(tf.zeros([3, 4]));
  });

  it('in prediction is activity times keep probability, with both gradients', () => {
    const exact = matrix(3, 4, (i, j) => at(activity, i, j) * sigmoid(at(logit, i, j)));
    expect(standout(tf.tensor2d(activity), tf.tensor2d(logit), null)).toBeAllClose(exact);
    checkGradient(
      (a, l) => standout(a as tf.Tensor2D, l as tf.Tensor2D, null),
      [tf.tensor2d(activity), tf.tensor2d(logit)],
    );
  });
});
