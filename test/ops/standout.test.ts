import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { standout } from '../../src/ops/standout.js';
import { checkGradient } from '../../src/testing/index.js';
import { type Matrix, matrix, sample, sigmoid, weights } from '../support/float64.js';

const activation = sample(3, 4, 1);
const logit = sample(3, 4, 2);
const noise = matrix(3, 4, (i, j) => ((i * 4 + j) * 0.37) % 1);
const at = (m: Matrix, i: number, j: number) => (m[i] as number[])[j] as number;

describe('standout', () => {
  it('in training keeps an activation, unscaled, where the noise is below sigmoid(logit)', () => {
    const exact = matrix(3, 4, (i, j) =>
      at(noise, i, j) < sigmoid(at(logit, i, j)) ? at(activation, i, j) : 0,
    );
    expect(exact.flat().filter((y) => y === 0).length).toBeGreaterThan(2);
    expect(standout(tf.tensor2d(activation), tf.tensor2d(logit), tf.tensor2d(noise))).toBeAllClose(exact);
  });

  it('in training passes the gradient through the activation alone', () => {
    const [da, dl] = tf.grads((a: tf.Tensor, l: tf.Tensor) =>
      // The second term puts the logit on the tape, and adds 0 to its gradient.
      standout(a as tf.Tensor2D, l as tf.Tensor2D, tf.tensor2d(noise))
        .sum()
        .add(l.mul(0).sum()),
    )([tf.tensor2d(activation), tf.tensor2d(logit)]);
    const mask = matrix(3, 4, (i, j) => (at(noise, i, j) < sigmoid(at(logit, i, j)) ? 1 : 0));
    expect(da).toBeAllClose(mask);
    expect(dl).toBeAllClose(tf.zeros([3, 4]));
  });

  it('in training by a mask that is held has the gradient of central differences', () => {
    checkGradient(
      (a) => standout(a as tf.Tensor2D, tf.tensor2d(logit), tf.tensor2d(noise)),
      [tf.tensor2d(activation)],
    );
  });

  it('learned, keeps the same and gives the logit the gradient of the expectation', () => {
    const [a, l, u] = [activation, logit, noise].map((m) => tf.tensor2d(m)) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    expect(standout(a, l, u, 'learned')).toBeAllClose(standout(a, l, u), { rtol: 0, atol: 0 });
    const dy = weights(3, 4);
    const [da, dl] = tf.grads((a, l) => standout(a as tf.Tensor2D, l as tf.Tensor2D, u, 'learned'))(
      [a, l],
      tf.tensor2d(dy),
    );
    const kept = (i: number, j: number) => (at(noise, i, j) < sigmoid(at(logit, i, j)) ? 1 : 0);
    expect(da as tf.Tensor).toBeAllClose(matrix(3, 4, (i, j) => at(dy, i, j) * kept(i, j)));
    expect(dl as tf.Tensor).toBeAllClose(
      matrix(3, 4, (i, j) => {
        const q = sigmoid(at(logit, i, j));
        return at(dy, i, j) * at(activation, i, j) * q * (1 - q);
      }),
    );
  });

  it('keeps where the noise is below the probability, not where they are equal', () => {
    const ones = tf.ones<tf.Rank.R2>([1, 3]);
    // sigmoid(0) is 1/2 to the bit.
    expect(standout(ones, tf.zeros([1, 3]), tf.tensor2d([[0.25, 0.5, 0.75]]))).toBeAllClose([[1, 0, 0]]);
    const extreme = tf.tensor2d([[-200, 200, 0]]);
    expect(standout(ones, extreme, tf.tensor2d([[0, 0.9999999, 0]]))).toBeAllClose([[0, 1, 1]]);
  });

  it('in prediction is activation times keep probability, with both gradients', () => {
    const exact = matrix(3, 4, (i, j) => at(activation, i, j) * sigmoid(at(logit, i, j)));
    expect(standout(tf.tensor2d(activation), tf.tensor2d(logit), null)).toBeAllClose(exact);
    checkGradient(
      (a, l) => standout(a as tf.Tensor2D, l as tf.Tensor2D, null),
      [tf.tensor2d(activation), tf.tensor2d(logit)],
    );
  });
});
