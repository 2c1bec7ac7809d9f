import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/ops/cosine.js';
import { checkGradient } from '../../src/testing/index.js';
import {
  column,
  dot,
  type Matrix,
  matrix,
  numericGradient,
  sample,
  subtractMean,
  weighed,
  weights,
} from '../support/float64.js';

/** Equation 1 of the paper, entry by entry; the bias as one more coordinate. */
function cosine64(x: Matrix, w: Matrix, b: number[] | null, center: boolean): Matrix {
  const prepare = (v: number[]) => (center ? subtractMean(v) : v);
  return matrix(x.length, (w[0] as number[]).length, (i, j) => {
    const row = [...prepare(x[i] as number[]), ...(b ? [1] : [])];
    const col = [...prepare(column(w, j)), ...(b ? [b[j] as number] : [])];
    return dot(row, col) / (Math.sqrt(dot(row, row)) * Math.sqrt(dot(col, col)));
  });
}

const x = sample(5, 7, 1);
const w = sample(7, 4, 2);
const b = sample(1, 4, 3);

describe.each([
  { center: false, bias: false },
  { center: true, bias: false },
  { center: false, bias: true },
  { center: true, bias: true },
])('cosine, center $center, bias $bias', ({ center, bias }) => {
  const op = (x: tf.Tensor, w: tf.Tensor, b?: tf.Tensor) =>
    cosine(x as tf.Tensor2D, w as tf.Tensor2D, (b as tf.Tensor1D) ?? null, { center });
  const inputs = () => [tf.tensor2d(x), tf.tensor2d(w), ...(bias ? [tf.tensor1d(b[0] as number[])] : [])];
  const exact = (x: Matrix, w: Matrix, b: Matrix) => cosine64(x, w, bias ? (b[0] as number[]) : null, center);

  it('equals its float64 restatement', () => {
    const [xt, wt, bt] = inputs() as [tf.Tensor, tf.Tensor, tf.Tensor?];
    expect(op(xt, wt, bt)).toBeAllClose(exact(x, w, b), { rtol: 1e-5, atol: 1e-6 });
  });

  it('has the gradient of float64 central differences', () => {
    const c = tf.tensor2d(weights(5, 4));
    const grads = tf.grads((...t: tf.Tensor[]) =>
      op(...(t as [tf.Tensor, tf.Tensor]))
        .mul(c)
        .sum(),
    )(inputs());
    const tolerance = { rtol: 1e-4, atol: 2e-6 };
    expect(grads[0]).toBeAllClose(
      numericGradient((m) => weighed(exact(m, w, b)), x),
      tolerance,
    );
    expect(grads[1]).toBeAllClose(
      numericGradient((m) => weighed(exact(x, m, b)), w),
      tolerance,
    );
    if (bias)
      expect(grads[2]).toBeAllClose(numericGradient((m) => weighed(exact(x, w, m)), b).flat(), tolerance);
  });

  it('has the gradient of its own central differences', () => {
    checkGradient(op as (...t: tf.Tensor[]) => tf.Tensor, inputs());
  });

  it.each(center ? [0, 0.1, 3, 1e4] : [0])('gives 0 with a finite gradient for vectors of %d', (value) => {
    const xs = tf.tensor2d([Array(7).fill(value), x[0] as number[]]);
    const ws = tf.tensor2d(w.map((row) => [value, row[1] as number]));
    const zero = tf.zeros([2]);
    const y = op(xs, ws, bias ? zero : undefined).arraySync() as number[][];
    expect([y[0]?.[0], y[0]?.[1], y[1]?.[0]]).toBeAllClose([0, 0, 0], { atol: 1e-5 });
    const grads = tf.grads((...t: tf.Tensor[]) => op(...(t as [tf.Tensor, tf.Tensor])).sum())(
      bias ? [xs, ws, zero] : [xs, ws],
    );
    for (const g of grads) expect(Array.from(g.dataSync()).every(Number.isFinite)).toBe(true);
  });
});

describe('cosine', () => {
  it('does not change when examples or units are scaled', () => {
    const plain = cosine(tf.tensor2d(x), tf.tensor2d(w));
    expect(cosine(tf.tensor2d(x).mul(100), tf.tensor2d(w).mul(0.01))).toBeAllClose(plain, {
      rtol: 1e-5,
      atol: 1e-6,
    });
  });

  it('centred, does not change when a constant is added to an example', () => {
    const options = { center: true };
    const plain = cosine(tf.tensor2d(x), tf.tensor2d(w), null, options);
    expect(cosine(tf.tensor2d(x).add(2), tf.tensor2d(w).add(-3), null, options)).toBeAllClose(plain, {
      rtol: 1e-4,
      atol: 1e-5,
    });
  });

  it('centred, is right where a sum over many features is not', () => {
    const features = 1000;
    const near = (far: number, by: number) => (i: number) => Math.fround(i === 3 ? far + by : far);
    const xs = [Array.from({ length: features }, (_, i) => near(1, 2e-4)(i))];
    const ws = sample(features, 2, 2).map(([w], i) => [w as number, near(0.1, 1e-4)(i)]);
    const y = cosine(tf.tensor2d(xs), tf.tensor2d(ws), null, { center: true });
    expect(y).toBeAllClose(cosine64(xs, ws, null, true), { rtol: 1e-3, atol: 1e-4 });
  });

  it('is within -1 and 1, and 1 for a vector with itself', () => {
    const y = cosine(tf.tensor2d(x), tf.tensor2d(x).transpose() as tf.Tensor2D).arraySync();
    for (const [i, row] of y.entries()) {
      expect(row[i]).toBeCloseTo(1, 5);
      for (const c of row) expect(Math.abs(c)).toBeLessThanOrEqual(1 + 1e-6);
    }
  });
});
