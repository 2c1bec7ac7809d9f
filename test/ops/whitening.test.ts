import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { blockDiagonal } from '../../src/ops/feature-groups.js';
import { whiten, whitenBy } from '../../src/ops/whitening.js';
import { checkGradient } from '../../src/testing/index.js';
import {
  column,
  dot,
  type Matrix,
  matrix,
  mean,
  numericGradient,
  subtractMean,
  weighed,
  weights,
} from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

/** Of full rank, which the sines at equal distances of `sample` are not: those have rank 2. */
const sample = (rows: number, columns: number, seed: number): Matrix =>
  matrix(rows, columns, (i, j) => 1.5 * Math.sin(seed + 0.37 * (i * columns + j + 1) ** 2));

const product = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.length, (b[0] as number[]).length, (i, j) => dot(a[i] as number[], column(b, j)));
const combine = (a: Matrix, b: Matrix, f: (a: number, b: number) => number): Matrix =>
  a.map((row, i) => row.map((value, j) => f(value, b[i]?.[j] as number)));
const unit = (size: number): Matrix => matrix(size, size, (i, j) => (i === j ? 1 : 0));
const covariance64 = (x: Matrix): Matrix => {
  const columns = (x[0] as number[]).map((_, j) => subtractMean(column(x, j)));
  return matrix(columns.length, columns.length, (i, j) => {
    return dot(columns[i] as number[], columns[j] as number[]) / x.length;
  });
};

/** The formula as the paper has it, group by group, without the second sequence that the op keeps. */
function whitening64(x: Matrix, iterations: number, epsilon: number): Matrix {
  const size = (x[0] as number[]).length;
  const s = combine(covariance64(x), unit(size), (a, b) => a + epsilon * b);
  const trace = s.reduce((sum, row, i) => sum + (row[i] as number), 0);
  let p = unit(size);
  for (let k = 0; k < iterations; k++) {
    const cubed = product(product(product(p, p), p), s);
    p = combine(p, cubed, (a, b) => (3 * a - b / trace) / 2);
  }
  return p.map((row) => row.map((value) => value / Math.sqrt(trace)));
}

function whiten64(
  x: Matrix,
  { groupSize, iterations = 5, epsilon = 1e-5 }: Parameters<typeof whiten>[1],
): Matrix {
  const groups = (x[0] as number[]).length / groupSize;
  const parts = Array.from({ length: groups }, (_, g) => {
    const part = x.map((row) => row.slice(g * groupSize, (g + 1) * groupSize));
    const centred = part.map((row) => row.map((value, j) => value - mean(column(part, j))));
    return product(centred, whitening64(part, iterations, epsilon));
  });
  return x.map((_, i) => parts.flatMap((part) => part[i] as number[]));
}

const CASES = [
  { width: 3, options: { groupSize: 3 } },
  { width: 6, options: { groupSize: 3 } },
  { width: 4, options: { groupSize: 1, iterations: 2 } },
  { width: 8, options: { groupSize: 4, iterations: 1, epsilon: 0.1 } },
  { width: 5, options: { groupSize: 5, iterations: 7, epsilon: 1e-2 } },
];

describe.each(CASES)('whiten, width $width, $options', ({ width, options }) => {
  const x = sample(9, width, width);
  const op = (x: tf.Tensor) => whiten(x as tf.Tensor2D, options).y;

  it('equals its float64 restatement', () => {
    expect(op(tf.tensor2d(x))).toBeAllClose(whiten64(x, options), TOLERANCE.gradient);
  });

  it('has the gradient of float64 central differences', () => {
    const c = tf.tensor2d(weights(9, width));
    const dx = tf.grad((x) => op(x).mul(c).sum())(tf.tensor2d(x));
    const exact = numericGradient((m) => weighed(whiten64(m, options)), x);
    expect(dx).toBeAllClose(exact, { rtol: 1e-3, atol: 1e-4 });
  });

  it('has the gradient of its own central differences', () => {
    checkGradient(op, [tf.tensor2d(x)]);
  });

  it('gives the statistics that make the same map', () => {
    const { y, mean, whitening } = whiten(tf.tensor2d(x), options);
    expect(whitenBy(tf.tensor2d(x), mean, whitening)).toBeAllClose(y, TOLERANCE.gradient);
    const centred = tf.tensor2d(x).sub(mean) as tf.Tensor2D;
    expect(tf.matMul(centred, blockDiagonal(whitening))).toBeAllClose(y, TOLERANCE.gradient);
  });
});

describe('whiten', () => {
  const covarianceOf = (y: tf.Tensor): Matrix => covariance64(y.arraySync() as Matrix);
  const mixed = product(sample(60, 5, 1), sample(5, 5, 2));

  it('makes the covariance the unit matrix, in each group, as the steps go on', () => {
    const y = whiten(tf.tensor2d(mixed), { groupSize: 5, iterations: 25, epsilon: 1e-6 }).y;
    expect(tf.tensor2d(covarianceOf(y))).toBeAllClose(unit(5), { rtol: 0, atol: 2e-3 });
    const byGroups = covarianceOf(
      whiten(tf.tensor2d(sample(60, 6, 3)), { groupSize: 3, iterations: 15, epsilon: 1e-6 }).y,
    );
    for (const [i, row] of byGroups.entries()) {
      for (const [j, value] of row.entries()) {
        if (Math.floor(i / 3) === Math.floor(j / 3)) expect(value).toBeCloseTo(i === j ? 1 : 0, 3);
      }
    }
  });

  it('tends to the inverse root of the covariance, and stays there', () => {
    const epsilon = 1e-6;
    const covariance = combine(covariance64(mixed), unit(5), (a, b) => a + epsilon * b);
    for (const iterations of [25, 100]) {
      const w = whiten(tf.tensor2d(mixed), { groupSize: 5, iterations, epsilon }).whitening.squeeze([0]);
      const root = w.arraySync() as Matrix;
      expect(tf.tensor2d(product(product(root, covariance), root))).toBeAllClose(unit(5), {
        rtol: 0,
        atol: 2e-3,
      });
      expect(w).toBeAllClose(w.transpose(), { rtol: 1e-4, atol: 1e-4 });
    }
  });

  it.each([
    [0.5, 1, 0.001],
    [0.1, 1, 0.01],
    [0.05, 0.93, 0.01],
    [0.01, 0.43, 0.01],
  ])('takes a direction with the part %d of the variance to %d in five steps', (part, variance, within) => {
    // Two features without correlation: a factorial design of 4 examples.
    const [a, b] = [Math.sqrt(part), Math.sqrt(1 - part)];
    const x = tf.tensor2d([
      [a, b],
      [a, -b],
      [-a, b],
      [-a, -b],
    ]);
    const y = whiten(x, { groupSize: 2, epsilon: 1e-7 }).y;
    expect(Math.abs((covarianceOf(y)[0]?.[0] as number) - variance)).toBeLessThan(within);
  });

  it.each([0, 3, 1e4])('gives 0 with a finite gradient for features that are all %d', (value) => {
    const x = tf.fill([7, 6], value) as tf.Tensor2D;
    expect(whiten(x, { groupSize: 3 }).y).toBeAllClose(tf.zeros([7, 6]), { atol: 1e-5 });
    const dx = tf.grad((x) =>
      whiten(x as tf.Tensor2D, { groupSize: 3 })
        .y.mul(tf.tensor2d(weights(7, 6)))
        .sum(),
    )(x);
    expect(Array.from(dx.dataSync()).every(Number.isFinite)).toBe(true);
  });

  it('gives 0 for one example, with no gradient for it', () => {
    const op = (x: tf.Tensor) => whiten(x as tf.Tensor2D, { groupSize: 3 }).y.mul([[1, 2, 3]]);
    const x = tf.tensor2d([[5, -6, 7]]);
    expect(op(x)).toBeAllClose([[0, 0, 0]]);
    expect(tf.grad((x) => op(x).sum())(x)).toBeAllClose([[0, 0, 0]], { atol: 1e-3 });
  });

  it('gives 0 for a large constant whose sum float32 cannot hold', () => {
    const { y, mean } = whiten(tf.fill([999, 3], 12345.678), { groupSize: 3 });
    expect(y).toBeAllClose(tf.zeros([999, 3]), { atol: 0.05 });
    expect(mean).toBeAllClose(tf.fill([3], 12345.678), { rtol: 1e-6 });
  });

  it.each([0, 1e4])(
    'stays finite with one constant feature of %d and with fewer examples than features',
    (value) => {
      const x = sample(4, 7, 5).map((row) => [...row.slice(0, 6), value]);
      const { y } = whiten(tf.tensor2d(x), { groupSize: 7 });
      const rows = y.arraySync() as Matrix;
      expect(rows.flat().every((entry) => Number.isFinite(entry) && Math.abs(entry) < 4)).toBe(true);
      expect(column(rows, 6)).toBeAllClose([0, 0, 0, 0], { atol: 1e-4 });
      const dx = tf.grad((x) =>
        whiten(x as tf.Tensor2D, { groupSize: 7 })
          .y.square()
          .sum(),
      )(tf.tensor2d(x));
      expect(Array.from(dx.dataSync()).every(Number.isFinite)).toBe(true);
    },
  );

  it('takes an offset of 1e4 away, to the resolution that float32 has there', () => {
    const x = tf.tensor2d(sample(20, 3, 6));
    const plain = whiten(x, { groupSize: 3 }).y;
    expect(whiten(x.add(1e4), { groupSize: 3 }).y).toBeAllClose(plain, { rtol: 0, atol: 5e-3 });
  });

  it('does not change when a group is scaled, where epsilon is small', () => {
    const x = tf.tensor2d(sample(20, 3, 6));
    const plain = whiten(x, { groupSize: 3, epsilon: 1e-10 }).y;
    for (const scale of [1e-2, 1e6]) {
      expect(whiten(x.mul(scale), { groupSize: 3, epsilon: 1e-10 }).y).toBeAllClose(
        plain,
        TOLERANCE.gradient,
      );
    }
  });

  it.each([1e10, 1e20, 1e25, 1e35])('takes a magnitude of %d, in one group of two too', (magnitude) => {
    const options = { groupSize: 3, epsilon: 1e-9 };
    const parts = [tf.tensor2d(sample(20, 3, 6)), tf.tensor2d(sample(20, 3, 8))] as const;
    const scaled = tf.concat([parts[0], parts[1].mul(magnitude)], 1) as tf.Tensor2D;
    const dy = tf.tensor2d(weights(20, 6));
    const slope = (x: tf.Tensor2D) =>
      tf.grad((x: tf.Tensor) =>
        whiten(x as tf.Tensor2D, options)
          .y.mul(dy)
          .sum(),
      )(x);
    const plain = tf.concat([...parts], 1) as tf.Tensor2D;
    const scales = [1, 1, 1, magnitude, magnitude, magnitude];
    expect(whiten(scaled, options).y).toBeAllClose(whiten(plain, options).y, TOLERANCE.gradient);
    expect(slope(scaled).mul(scales)).toBeAllClose(slope(plain), TOLERANCE.gradient);
    const { y, mean, whitening } = whiten(scaled, options);
    expect(whitenBy(scaled, mean, whitening)).toBeAllClose(y, TOLERANCE.gradient);
  });

  it.each([1e12, 1e25])('gives 0 for features that are all %d, with a gradient of 0', (value) => {
    const op = (x: tf.Tensor) => whiten(x as tf.Tensor2D, { groupSize: 2 }).y;
    // Of a sum that is off by a rounding error.
    const x = tf.fill([37, 2], value * 1.1);
    expect(op(x)).toBeAllClose(tf.zeros([37, 2]), { atol: 1e-4 });
    expect(tf.grad((x: tf.Tensor) => op(x).square().sum())(x)).toBeAllClose(tf.zeros([37, 2]), {
      atol: 1e-6,
    });
  });

  it.each([1e2, 1e4, 1e8])(
    'is as right as float32 can be where the covariance has a condition of %d',
    (condition) => {
      const turn = sample(4, 4, 3);
      const spread = sample(40, 4, 2).map((row) => row.map((v, j) => v * condition ** (-j / 6)));
      const x = product(spread, turn).map((row) => row.map(Math.fround));
      expect(whiten(tf.tensor2d(x), { groupSize: 4 }).y).toBeAllClose(whiten64(x, { groupSize: 4 }), {
        rtol: 0,
        atol: 1e-5,
      });
    },
  );

  it('is NaN for a batch that has one', () => {
    const x = tf.tensor2d(sample(5, 2, 1).map((row, i) => (i === 2 ? [Number.NaN, 1] : row)));
    const values = whiten(x, { groupSize: 2 }).y.dataSync();
    expect(Array.from(values).every(Number.isNaN)).toBe(true);
  });
});
