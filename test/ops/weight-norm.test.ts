import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { kernelLengths } from '../../src/ops/lengths.js';
import { weightNormProduct } from '../../src/ops/weight-norm.js';
import { checkGradient } from '../../src/testing/index.js';
import {
  column,
  dot,
  type Matrix,
  matrix,
  numericGradient,
  sample,
  weighed,
  weights,
} from '../support/float64.js';

/** `w = g v / |v|`, then the product, entry by entry. */
function weightNorm64(x: Matrix, v: Matrix, g: number[]): Matrix {
  return matrix(x.length, g.length, (i, j) => {
    const vj = column(v, j);
    return ((g[j] as number) * dot(x[i] as number[], vj)) / Math.sqrt(dot(vj, vj));
  });
}

const x = sample(5, 7, 1);
const v = sample(7, 4, 2);
const g = [0.5, -1.5, 2.5, 0.1]; // away from |v|, where any norm and any axis pass
const inputs = (): [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] => [
  tf.tensor2d(x),
  tf.tensor2d(v),
  tf.tensor1d(g),
];

describe('weightNormProduct', () => {
  it('equals its float64 restatement', () => {
    expect(weightNormProduct(...inputs())).toBeAllClose(weightNorm64(x, v, g), { rtol: 1e-5, atol: 1e-5 });
  });

  it('has the gradient of float64 central differences', () => {
    const c = tf.tensor2d(weights(5, 4));
    const loss = (...t: tf.Tensor[]) =>
      weightNormProduct(...(t as ReturnType<typeof inputs>))
        .mul(c)
        .sum();
    const [dx, dv, dg] = tf.grads(loss)(inputs());
    const tolerance = { rtol: 1e-4, atol: 1e-5 };
    expect(dx).toBeAllClose(
      numericGradient((m) => weighed(weightNorm64(m, v, g)), x),
      tolerance,
    );
    expect(dv).toBeAllClose(
      numericGradient((m) => weighed(weightNorm64(x, m, g)), v),
      tolerance,
    );
    const numeric = numericGradient((m) => weighed(weightNorm64(x, v, m[0] as number[])), [g]);
    expect(dg).toBeAllClose(numeric.flat(), tolerance);
  });

  it('has the gradient of its own central differences', () => {
    checkGradient(weightNormProduct as (...t: tf.Tensor[]) => tf.Tensor, inputs());
  });

  it('has a gradient for v that is orthogonal to v', () => {
    const c = tf.tensor2d(weights(5, 4));
    const [, dv] = tf.grads((...t: tf.Tensor[]) =>
      weightNormProduct(...(t as ReturnType<typeof inputs>))
        .mul(c)
        .sum(),
    )(inputs());
    expect((dv as tf.Tensor).mul(tf.tensor2d(v)).sum(0)).toBeAllClose([0, 0, 0, 0], { atol: 1e-4 });
  });

  it('gives 0 with a finite gradient where v is zero', () => {
    const zero = tf.zeros([7, 4]) as tf.Tensor2D;
    const loss = (...t: tf.Tensor[]) => weightNormProduct(...(t as ReturnType<typeof inputs>)).sum();
    const [xt, , gt] = inputs();
    expect(weightNormProduct(xt, zero, gt)).toBeAllClose(tf.zeros([5, 4]));
    for (const d of tf.grads(loss)([xt, zero, gt])) {
      expect(Array.from(d.dataSync()).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('kernelLengths', () => {
  it('is the Euclidean norm of each column', () => {
    const exact = g.map((_, j) => Math.sqrt(dot(column(v, j), column(v, j))));
    expect(kernelLengths(tf.tensor2d(v), [-1], 1e-12)).toBeAllClose(exact, { rtol: 1e-5 });
  });
});
