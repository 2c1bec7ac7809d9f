import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { dropout, gaussianDropout } from '../../src/ops/dropout.js';
import { checkGradient } from '../../src/testing/index.js';

const x = tf.tensor2d([
  [1, 2],
  [-3, 4],
]);
const kept = tf.tensor2d(
  [
    [0, 1],
    [1, 1],
  ],
  [2, 2],
  'bool',
);

describe('dropout', () => {
  it('is scale times x where kept, else 0', () => {
    expect(dropout(x, kept, 4 / 3)).toBeAllClose([0, 8 / 3, -4, 16 / 3]);
    expect(dropout(x, kept, 1)).toBeAllClose([0, 2, -3, 4], { rtol: 0, atol: 0 });
  });

  it('has the mask as its gradient', () => {
    const dx = tf.grad((x: tf.Tensor) => dropout(x, kept, 4 / 3).sum())(x);
    expect(dx).toBeAllClose([0, 4 / 3, 4 / 3, 4 / 3]);
    checkGradient((x) => dropout(x, kept, 4 / 3), [x]);
  });

  it('shares a mask along a dimension of size 1', () => {
    const column = tf.tensor2d([[0], [1]], [2, 1], 'bool');
    expect(dropout(x, column, 2)).toBeAllClose([0, 0, -6, 8]);
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
