/** What has no direction, a zero or constant vector: 0, and a gradient of 0, where the slope of a root would be a million. */
import * as tf from '@tensorflow/tfjs';
import { cosineDense } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/ops/cosine.js';
import { cosineConv } from '../../src/ops/cosine-conv.js';
import { dropConnectGaussian } from '../../src/ops/drop-connect-gaussian.js';
import { unitKernel, weightNormProduct } from '../../src/ops/weight-norm.js';
import { sampleNd } from '../support/nd.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

const drawn = (shape: number[], seed: number) => tf.tensor(sampleNd(shape, seed).values, shape);
const largest = (t: tf.Tensor | undefined) => (t as tf.Tensor).abs().max().dataSync()[0] as number;
const first = (t: tf.Tensor | undefined) => (t as tf.Tensor).slice([0], [1]);
const column = (t: tf.Tensor | undefined) => (t as tf.Tensor).slice([0, 0], [-1, 1]);
const withColumn = (value: number, w: tf.Tensor) =>
  tf.concat([tf.fill([w.shape[0] as number, 1], value), w], 1) as tf.Tensor2D;
const withRow = (value: number, x: tf.Tensor) =>
  tf.concat([tf.fill([1, x.shape[1] as number], value), x], 0) as tf.Tensor2D;

describe.each([
  [false, 0, 7],
  [true, 0, 7],
  [true, 0.1, 7],
  [true, 1e4, 7],
  [true, 0.1, 1000],
  [true, 0.1, 20000],
])('cosine, centred %s, of a vector of %d, %i times', (center, value, features) => {
  const x = () => withRow(value, drawn([3, features], 1));
  const w = () => withColumn(value, drawn([features, 3], 2));
  const op = (x: tf.Tensor, w: tf.Tensor) => cosine(x as tf.Tensor2D, w as tf.Tensor2D, null, { center });

  it('gives the example, and the unit by it, a gradient of 0', () => {
    const c = drawn([4, 3], 3);
    const [dx, dw] = tf.grads((x: tf.Tensor, w: tf.Tensor) => op(x, w).mul(c).sum())([
      x(),
      drawn([features, 3], 2),
    ]);
    expect(largest(first(dx))).toBe(0);
    const [, other] = tf.grads((x: tf.Tensor, w: tf.Tensor) =>
      op(x, w)
        .mul(c.slice([1], [3]))
        .sum(),
    )([drawn([3, features], 1), drawn([features, 3], 2)]);
    expect(dw).toBeAllClose(other as tf.Tensor, { rtol: 1e-4, atol: 1e-5 });
  });

  it('gives the unit, and examples by it, a gradient of 0', () => {
    const c = drawn([3, 4], 3);
    const [dx, dw] = tf.grads((x: tf.Tensor, w: tf.Tensor) => op(x, w).mul(c).sum())([
      drawn([3, features], 1),
      w(),
    ]);
    const [other] = tf.grads((x: tf.Tensor, w: tf.Tensor) =>
      op(x, w)
        .mul(c.slice([0, 1], [3, 3]))
        .sum(),
    )([drawn([3, features], 1), drawn([features, 3], 2)]);
    expect(dx).toBeAllClose(other as tf.Tensor, { rtol: 1e-4, atol: 1e-5 });
    expect(largest(column(dw))).toBe(0);
  });
});

it('a blank example among others moves no weight before a cosine layer by more than they do', async () => {
  const step = async (blank: boolean) => {
    const init = (seed: number) => ({ kernelInitializer: tf.initializers.glorotNormal({ seed }) });
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 8, inputShape: [5], activation: 'tanh', ...init(1) }),
        cosineDense({ units: 3, activation: 'softmax', ...init(2) }),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
    const x = drawn([6, 5], 3);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3);
    await model.trainOnBatch(blank ? withRow(0, x.slice([1], [5])) : x, y);
    return largest(model.layers[0]?.getWeights()[1]);
  };
  expect(await step(true)).toBeLessThan(10 * (await step(false)));
});

describe('a zero patch of a convolution', () => {
  it('gives its pixels and the filters no gradient, and no more to the others', ({ skip }) => {
    skip(!trainsConvolutions(), NO_GRADIENT);
    const x = tf.concat([tf.zeros([1, 4, 4, 2]), drawn([1, 4, 4, 2], 1)], 2) as tf.Tensor4D;
    const window = { strides: [1, 1], padding: 'valid', dilations: [1, 1] } as Parameters<
      typeof cosineConv
    >[3];
    const w = drawn([2, 2, 2, 3], 2) as tf.Tensor4D;
    const [dx, dw] = tf.grads((x, w) => cosineConv(x as tf.Tensor4D, w as tf.Tensor4D, null, window).sum())([
      x,
      w,
    ]);
    expect(largest((dx as tf.Tensor).slice([0, 0, 0, 0], [1, 4, 3, 2]))).toBe(0);
    expect(largest(dx)).toBeLessThan(100);
    expect(largest(dw)).toBeLessThan(100);
  });
});

describe('weight norm', () => {
  it('gives a v of zeros, its g and the data by it a gradient of 0', () => {
    const v = withColumn(0, drawn([5, 2], 1));
    const [x, g] = [drawn([3, 5], 2), drawn([3], 3)];
    const [dx, dv, dg] = tf.grads((x, v, g) =>
      weightNormProduct(x as tf.Tensor2D, v as tf.Tensor2D, g as tf.Tensor1D).sum(),
    )([x, v, g]);
    expect(largest(column(dv))).toBe(0);
    expect(largest(first(dg))).toBe(0);
    expect(largest(dx)).toBeLessThan(100);
    expect(largest(column(tf.grad((v) => unitKernel(v, [-1]).sum())(v)))).toBe(0);
  });
});

describe('DropConnect by a Gaussian', () => {
  it.each([1e-30, 1e-20, 1, 1e20, 1e25, 1e30])('has its moments, and their gradients, at %d', (magnitude) => {
    const scaling = { rate: 0.5, scale: 2, meanScale: 1 };
    const [x, w] = [drawn([3, 5], 1), drawn([5, 2], 2)] as [tf.Tensor2D, tf.Tensor2D];
    const moments = (x: tf.Tensor) => dropConnectGaussian(x as tf.Tensor2D, w, scaling);
    const at = x.mul(magnitude);
    for (const moment of ['mean', 'deviation'] as const) {
      const exact = moments(x)[moment];
      expect(moments(at)[moment].div(magnitude)).toBeAllClose(exact, { rtol: 1e-5, atol: 1e-5 });
      const dx = (x: tf.Tensor) => tf.grad((x) => moments(x)[moment].sum())(x);
      expect(dx(at)).toBeAllClose(dx(x), { rtol: 1e-4, atol: 1e-5 });
    }
  });
});
