import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { kernelLengths, magnitude, sumOfSquares } from '../../src/ops/lengths.js';
import { unitKernel } from '../../src/ops/weight-norm.js';
import { checkGradient } from '../../src/testing/index.js';
import { build, get, normalized, offset, sampleNd } from '../support/nd.js';

describe('sumOfSquares', () => {
  it.each([
    [[0], false],
    [[0, 1, 2], true],
    [[0, 2], false],
  ] as const)('sums over the axes %j, kept %s', (axes, keep) => {
    const v = sampleNd([3, 2, 4, 5], 1);
    const kept = v.shape.map((n, axis) => ((axes as readonly number[]).includes(axis) ? 1 : n));
    const expected = build(kept, () => 0);
    build(v.shape, (...index) => {
      const to = offset(
        kept,
        index.map((i, axis) => (kept[axis] === 1 ? 0 : i)),
      );
      expected.values[to] = (expected.values[to] as number) + get(v, ...index) ** 2;
      return 0;
    });
    const actual = sumOfSquares(tf.tensor(v.values, v.shape), [...axes], keep);
    expect(actual.rank).toBe(keep ? 4 : 4 - axes.length);
    expect(actual.flatten()).toBeAllClose(expected.values, { rtol: 1e-5 });
  });
});

describe('magnitude', () => {
  it('is the largest entry without its sign, and 1 for zeros', () => {
    const x = tf.tensor2d([
      [1, -4, 2],
      [0, 0, 0],
      [3e-20, 1e-21, 0],
      [1e20, -3e20, 0],
    ]);
    expect(magnitude(x, [1])).toBeAllClose([[4], [1], [3e-20], [3e20]], { rtol: 1e-6, atol: 0 });
  });
});

describe.each([
  [[5, 3], [-1]],
  [[2, 3, 2, 4], [-1]],
  [[2, 2, 3, 4], [-2]],
  [
    [2, 3, 3, 2],
    [-2, -1],
  ],
])('a kernel %j with outputs on %j', (shape, outputAxes) => {
  const v = sampleNd(shape, 2);
  const outputs = outputAxes.map((axis) => shape.at(axis) as number);
  const one = build(outputs, () => 1);

  it('has unit length for each output', () => {
    expect(unitKernel(tf.tensor(v.values, shape), outputAxes)).toBeAllClose(
      tf.tensor(normalized(v, one, outputAxes).values, shape),
      { rtol: 1e-5 },
    );
  });

  it('times its lengths is itself', () => {
    const t = tf.tensor(v.values, shape);
    const wide = shape.map((_, axis) =>
      outputAxes.includes(axis - shape.length) ? (shape[axis] as number) : 1,
    );
    const lengths = kernelLengths(t, outputAxes, 1e-12);
    expect(lengths.shape).toEqual(outputs);
    expect(unitKernel(t, outputAxes).mul(lengths.reshape(wide))).toBeAllClose(t, { rtol: 1e-5 });
  });

  it('has the gradient of its own central differences, orthogonal to v', () => {
    checkGradient((v) => unitKernel(v, outputAxes), [tf.tensor(v.values, shape)]);
  });

  it('gives 0 with a finite gradient where v is zero', () => {
    const zero = tf.zeros(shape);
    expect(unitKernel(zero, outputAxes)).toBeAllClose(zero);
    const gradient = tf.grad((v: tf.Tensor) => unitKernel(v, outputAxes).sum())(zero);
    expect(Array.from(gradient.dataSync()).every(Number.isFinite)).toBe(true);
  });
});
