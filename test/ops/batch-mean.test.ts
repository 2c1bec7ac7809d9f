import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { addToChannels, subtractBatchMean } from '../../src/ops/batch-mean.js';
import { checkGradient } from '../../src/testing/index.js';
import {
  column,
  type Matrix,
  matrix,
  mean,
  numericGradient,
  sample,
  weighed,
  weights,
} from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

/** Section 4 of the paper, entry by entry. */
const exact = (x: Matrix, b: number[]): Matrix =>
  matrix(x.length, b.length, (i, j) => (x[i]?.[j] as number) - mean(column(x, j)) + (b[j] as number));

const x = sample(7, 3, 1);
const b = sample(1, 3, 2);
const op = (axis: number) => (x: tf.Tensor, b: tf.Tensor) => subtractBatchMean(x, b as tf.Tensor1D, axis).y;

describe('subtractBatchMean', () => {
  it('equals its float64 restatement, and gives the mean', () => {
    const { y, mean: mu } = subtractBatchMean(tf.tensor2d(x), tf.tensor1d(b[0] as number[]), -1);
    expect(y).toBeAllClose(exact(x, b[0] as number[]), TOLERANCE.forward);
    expect(mu).toBeAllClose(
      [0, 1, 2].map((j) => mean(column(x, j))),
      TOLERANCE.forward,
    );
  });

  it('has the gradient of float64 central differences', () => {
    const c = tf.tensor2d(weights(7, 3));
    const [dx, db] = tf.grads((x, b) => op(-1)(x, b).mul(c).sum())([
      tf.tensor2d(x),
      tf.tensor1d(b[0] as number[]),
    ]) as [tf.Tensor, tf.Tensor];
    const byX = numericGradient((m) => weighed(exact(m, b[0] as number[])), x);
    const byBias = numericGradient((m) => weighed(exact(x, m[0] as number[])), b);
    expect(dx).toBeAllClose(byX, TOLERANCE.gradient);
    expect(db).toBeAllClose(byBias.flat(), TOLERANCE.gradient);
  });

  it.each([
    [[5, 3, 2], 1],
    [[3, 2, 3, 5], -1],
    [[3, 5, 2, 3], 1],
    [[2, 3, 2, 2, 3], 2],
  ])('works on shape %j along axis %d', (shape, axis) => {
    const channels = shape.at(axis) as number;
    const x = tf.randomNormal(shape, 0, 1, 'float32', 3);
    const bias = tf.randomNormal([channels], 0, 1, 'float32', 4);
    const last = shape.map((_, i) => i).filter((i) => i !== (axis + shape.length) % shape.length);
    const order = [...last, (axis + shape.length) % shape.length];
    const rows = x.transpose(order).reshape([-1, channels]);
    const { y, mean } = subtractBatchMean(x, bias as tf.Tensor1D, axis);
    const flat = exact(rows.arraySync() as Matrix, bias.arraySync() as number[]);
    expect(y.shape).toEqual(shape);
    expect(y.transpose(order).reshape([-1, channels])).toBeAllClose(flat, TOLERANCE.forward);
    expect(addToChannels(x, tf.sub(bias, mean), axis)).toBeAllClose(y, TOLERANCE.forward);
    checkGradient(op(axis), [x, bias]);
  });

  it('gives the bias for a batch of one value a channel, with no gradient for it', () => {
    const c = tf.tensor2d([[1, -2, 3]]);
    const [dx, db] = tf.grads((x, b) => op(-1)(x, b).mul(c).sum())([
      tf.tensor2d([[5, -6, 7e4]]),
      tf.tensor1d([1, 2, 3]),
    ]) as [tf.Tensor, tf.Tensor];
    expect(op(-1)(tf.tensor2d([[5, -6, 7e4]]), tf.tensor1d([1, 2, 3]))).toBeAllClose([1, 2, 3]);
    expect(dx).toBeAllClose([0, 0, 0]);
    expect(db).toBeAllClose([1, -2, 3]);
  });

  it('takes an offset of 1e4 away, to the resolution that float32 has there', () => {
    const bias = tf.zeros([3]);
    const far = op(-1)(tf.tensor2d(x).add(1e4), bias);
    expect(far).toBeAllClose(op(-1)(tf.tensor2d(x), bias), { rtol: 0, atol: 2e-3 });
  });

  it('gives what a product can take, of odd sizes too', () => {
    const kernel = tf.tensor2d(sample(3, 5, 4));
    const bias = b[0] as number[];
    const y = tf.matMul(op(-1)(tf.tensor2d(x), tf.tensor1d(bias)) as tf.Tensor2D, kernel);
    const flat = exact(x, bias);
    const product = matrix(7, 5, (i, j) =>
      [0, 1, 2].reduce(
        (sum, k) => sum + (flat[i]?.[k] as number) * (kernel.arraySync()[k]?.[j] as number),
        0,
      ),
    );
    expect(y).toBeAllClose(product, TOLERANCE.gradient);
  });
});
