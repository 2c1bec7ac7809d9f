import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { layerNorm } from '../../src/ops/layer-norm.js';
import { checkGradient } from '../../src/testing/index.js';
import {
  dot,
  type Matrix,
  matrix,
  mean,
  numericGradient,
  sample,
  subtractMean,
  weighed,
  weights,
} from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

const EPSILON = 1e-3;

/** Equations 3 and 4 of the paper, entry by entry. */
function exact(x: Matrix, gain: number[], bias: number[] | null): Matrix {
  return x.map((row) => {
    const centred = subtractMean(row);
    const deviation = Math.sqrt(dot(centred, centred) / row.length + EPSILON);
    return centred.map((value, j) => (value / deviation) * (gain[j] as number) + (bias?.[j] ?? 0));
  });
}

const x = sample(5, 7, 1);
const gain = sample(1, 7, 2);
const bias = sample(1, 7, 3);

describe.each([true, false])('layerNorm, bias %s', (biased) => {
  const op = (x: tf.Tensor, gain: tf.Tensor, bias?: tf.Tensor) =>
    layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, (bias as tf.Tensor1D) ?? null, { epsilon: EPSILON });
  const inputs = () => [
    tf.tensor2d(x),
    tf.tensor1d(gain[0] as number[]),
    ...(biased ? [tf.tensor1d(bias[0] as number[])] : []),
  ];
  const restated = (x: Matrix, gain: Matrix, bias: Matrix) =>
    exact(x, gain[0] as number[], biased ? (bias[0] as number[]) : null);
  const apply = (inputs: tf.Tensor[]) => op(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor?]));

  it('equals its float64 restatement', () => {
    expect(apply(inputs())).toBeAllClose(restated(x, gain, bias), TOLERANCE.forward);
  });

  it('has the gradient of float64 central differences', () => {
    const c = tf.tensor2d(weights(5, 7));
    const grads = tf.grads((...t: tf.Tensor[]) => apply(t).mul(c).sum())(inputs());
    const expected = [
      numericGradient((m) => weighed(restated(m, gain, bias)), x),
      numericGradient((m) => weighed(restated(x, m, bias)), gain),
      ...(biased ? [numericGradient((m) => weighed(restated(x, gain, m)), bias)] : []),
    ];
    expect(grads.length).toBe(expected.length);
    grads.forEach((grad, i) => {
      expect(grad).toBeAllClose((expected[i] as Matrix).flat(), TOLERANCE.gradient);
    });
  });

  it('has the gradient of its own central differences', () => {
    checkGradient((...t) => apply(t), inputs());
  });

  it.each([0, 3, 1e4])('gives the bias for an example of %d alone, with a finite gradient', (value) => {
    const [, ...others] = inputs() as [tf.Tensor, tf.Tensor, tf.Tensor?];
    const constant = tf.fill([2, 7], value);
    // At 1e4 the mean of float32 is off by up to 1e-3, which 1 / sqrt(epsilon) and the gain enlarge.
    const atol = value > 100 ? 0.1 : 1e-4;
    expect(apply([constant, ...(others as tf.Tensor[])])).toBeAllClose(
      matrix(2, 7, (_, j) => (biased ? (bias[0]?.[j] as number) : 0)),
      { atol },
    );
    const grads = tf.grads((...t: tf.Tensor[]) => apply(t).sum())([constant, ...(others as tf.Tensor[])]);
    for (const g of grads) expect(Array.from(g.dataSync()).every(Number.isFinite)).toBe(true);
  });
});

describe('layerNorm', () => {
  const ones = tf.ones.bind(null, [7]);
  const op = (x: tf.Tensor) => layerNorm(x as tf.Tensor2D, ones() as tf.Tensor1D, null, { epsilon: 1e-6 });

  it('gives each example mean 0 and variance 1', () => {
    const y = op(tf.tensor2d(x)).arraySync() as Matrix;
    for (const row of y) {
      expect(mean(row)).toBeCloseTo(0, 5);
      expect(dot(row, row) / 7).toBeCloseTo(1, 4);
    }
  });

  it('does not change when an example is scaled or shifted', () => {
    const plain = op(tf.tensor2d(x));
    expect(op(tf.tensor2d(x).mul(50))).toBeAllClose(plain, { rtol: 1e-4, atol: 1e-5 });
    expect(op(tf.tensor2d(x).add(1e4))).toBeAllClose(plain, { rtol: 0, atol: 5e-3 });
  });

  it('gives what a product can take, value and gradient of odd sizes too', () => {
    const kernel = tf.tensor2d(sample(7, 7, 4));
    const [y, dKernel] = [
      tf.matMul(op(tf.tensor2d(x)), kernel),
      tf.grad((kernel) =>
        op(tf.matMul(tf.tensor2d(x), kernel as tf.Tensor2D))
          .mul(tf.tensor2d(weights(5, 7)))
          .sum(),
      )(kernel),
    ];
    const w = kernel.arraySync();
    const product = (a: Matrix, w: Matrix) =>
      matrix(a.length, 7, (i, j) =>
        dot(
          a[i] as number[],
          w.map((row) => row[j] as number),
        ),
      );
    const exactOnes = (x: Matrix) =>
      x.map((row) => {
        const centred = subtractMean(row);
        return centred.map((value) => value / Math.sqrt(dot(centred, centred) / 7 + 1e-6));
      });
    expect(y).toBeAllClose(product(exactOnes(x), w), TOLERANCE.gradient);
    expect(dKernel).toBeAllClose(
      numericGradient((m) => weighed(exactOnes(product(x, m))), w),
      { rtol: 1e-3, atol: 1e-4 },
    );
  });
});
