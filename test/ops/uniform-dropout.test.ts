import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { uniformDropout } from '../../src/ops/uniform-dropout.js';
import { checkGradient } from '../../src/testing/index.js';

const x = tf.tensor2d([
  [1, 2],
  [-3, 4],
]);
const noise = tf.tensor2d([
  [0, 0.25],
  [0.5, 0.75],
]);

describe('uniformDropout', () => {
  it('multiplies by 1 + beta (2 u - 1)', () => {
    expect(uniformDropout(x, noise, 0.4)).toBeAllClose([0.6 * 1, 0.8 * 2, -3, 1.2 * 4]);
    expect(uniformDropout(x, noise, 0)).toBeAllClose(x, { rtol: 0, atol: 0 });
  });

  it('has that factor as its gradient', () => {
    const dx = tf.grad((x: tf.Tensor) => uniformDropout(x, noise, 0.4).sum())(x);
    expect(dx).toBeAllClose([0.6, 0.8, 1, 1.2]);
    checkGradient((x) => uniformDropout(x, noise, 0.4), [x]);
  });

  it('shares the noise along a dimension of size 1', () => {
    expect(uniformDropout(x, tf.tensor2d([[0], [0.75]]), 0.4)).toBeAllClose([0.6, 1.2, -3.6, 4.8]);
  });
});
