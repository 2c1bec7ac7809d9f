import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { dropout, gaussianDropout } from '../../src/ops/dropout.js';
import { checkGradient } from '../../src/testing/index.js';

const x = tf.tensor2d([
  [1, 2],
  [-3, 4],
]);
const noise = tf.tensor2d([
  [0.1, 0.25],
  [0.5, 0.9],
]);

describe('dropout', () => {
  it('keeps where the noise is at least the rate, divided by the keep probability', () => {
    expect(dropout(x, noise, 0.25)).toBeAllClose([0, 2 / 0.75, -3 / 0.75, 4 / 0.75]);
  });

  it('has the mask as its gradient', () => {
    const dx = tf.grad((x: tf.Tensor) => dropout(x, noise, 0.25).sum())(x);
    expect(dx).toBeAllClose([0, 1 / 0.75, 1 / 0.75, 1 / 0.75]);
  });

  it('is the identity at rate 0 and zero at rate 1', () => {
    expect(dropout(x, noise, 0)).toBeAllClose(x, { rtol: 0, atol: 0 });
    expect(dropout(x, noise, 1)).toBeAllClose([0, 0, 0, 0], { atol: 0 });
  });

  it('shares a mask along a dimension of size 1', () => {
    const column = tf.tensor2d([[0.1], [0.9]]);
    expect(dropout(x, column, 0.5)).toBeAllClose([0, 0, -6, 8]);
  });

  it('in the classical form keeps 1', () => {
    expect(dropout(x, noise, 0.25, 1)).toBeAllClose([0, 2, -3, 4]);
    checkGradient((x) => dropout(x, noise, 0.25, 1), [x]);
  });
});

describe('gaussianDropout', () => {
  const normal = tf.tensor2d([
    [0, 1],
    [-1, 2],
  ]);
  const s = Math.sqrt(0.2 / 0.8);

  it('multiplies by 1 + s n, s^2 = rate / (1 - rate)', () => {
    expect(gaussianDropout(x, normal, 0.2)).toBeAllClose([1, 2 * (1 + s), -3 * (1 - s), 4 * (1 + 2 * s)]);
    expect(gaussianDropout(x, normal, 0)).toBeAllClose(x, { rtol: 0, atol: 0 });
  });

  it('has that factor as its gradient', () => {
    const dx = tf.grad((x: tf.Tensor) => gaussianDropout(x, normal, 0.2).sum())(x);
    expect(dx).toBeAllClose([1, 1 + s, 1 - s, 1 + 2 * s]);
    checkGradient((x) => gaussianDropout(x, normal, 0.2), [x]);
  });
});
