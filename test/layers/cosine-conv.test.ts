import * as tf from '@tensorflow/tfjs';
import { cosineConv1d, cosineConv2d } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { trainsConvolutions } from '../support/trains.js';

const conv2d = { filters: 3, kernelSize: 3 };
const conv1d = { filters: 3, kernelSize: 3 };

describe('cosineConv2d', () => {
  it.each([
    {},
    { center: true, activation: 'tanh' as const },
    { bias: 'augmented' as const, scale: 2.5, strides: 2, padding: 'same' as const },
    { bias: 'add' as const, scale: 'learned' as const, kernelRegularizer: 'l1l2' as const, dilationRate: 2 },
    { strides: [2, 1] as [number, number], kernelSize: [2, 3] as [number, number] },
  ])('keeps the layer contract with %j', async (args) => {
    const training = args.center === true || trainsConvolutions();
    await layerContract(() => cosineConv2d({ ...conv2d, ...args }), { inputShape: [6, 5, 2], training });
  });

  it.each([false, true])('computes the same with the channels first, centred %s', (center) => {
    const x = tf.randomNormal([2, 5, 6, 3], 0, 1, 'float32', 3);
    const last = cosineConv2d({ ...conv2d, center, bias: 'add' });
    const first = cosineConv2d({ ...conv2d, center, bias: 'add', dataFormat: 'channelsFirst' });
    const y = last.apply(x) as tf.Tensor;
    first.apply(x.transpose([0, 3, 1, 2]));
    first.setWeights(last.getWeights());
    const turned = first.apply(x.transpose([0, 3, 1, 2])) as tf.Tensor;
    expect(turned.shape).toEqual(first.computeOutputShape([2, 3, 5, 6]));
    expect(turned.transpose([0, 2, 3, 1])).toBeAllClose(y, { rtol: 1e-5, atol: 1e-6 });
  });

  it.each(['valid', 'same'] as const)('has the shape of conv2d, padding %s', (padding) => {
    for (const [size, kernelSize, strides, dilationRate] of [
      [7, 3, 2, 1],
      [8, 3, 2, 1],
      [9, 2, 3, 1],
      [9, 3, 1, 2],
    ] as const) {
      const args = { filters: 2, kernelSize, strides, dilationRate, padding };
      const shape = [null, size, size + 1, 3];
      expect(cosineConv2d(args).computeOutputShape(shape)).toEqual(
        tf.layers.conv2d(args).computeOutputShape(shape),
      );
    }
    expect(cosineConv2d({ ...conv2d, padding }).computeOutputShape([null, null, null, 3])).toEqual([
      null,
      null,
      null,
      3,
    ]);
  });

  it.each([
    [{ filters: 0 }, 'cosineConv2d: filters must be a positive integer, received 0.'],
    [{ kernelSize: 2.5 }, 'cosineConv2d: kernelSize must be a positive integer or 2 of them, received 2.5.'],
    [
      { kernelSize: [3, 3, 3] as unknown as number },
      'cosineConv2d: kernelSize must be a positive integer or 2 of them, received [3,3,3].',
    ],
    [{ strides: 0 }, 'cosineConv2d: strides must be a positive integer or 2 of them, received 0.'],
    [
      { dilationRate: -1 },
      'cosineConv2d: dilationRate must be a positive integer or 2 of them, received -1.',
    ],
    [{ padding: 'causal' as 'same' }, "cosineConv2d: padding must be 'valid' or 'same', received 'causal'."],
    [
      { dataFormat: 'NCHW' as 'channelsLast' },
      "cosineConv2d: dataFormat must be 'channelsLast' or 'channelsFirst', received 'NCHW'.",
    ],
    [
      { bias: 'some' as 'add' },
      "cosineConv2d: bias must be 'none' or 'augmented' or 'add', received 'some'.",
    ],
  ])('refuses %j', (args, message) => {
    expect(() => cosineConv2d({ ...conv2d, ...args })).toThrow(message);
  });

  it('refuses to be made of nothing', () => {
    expect(() => (cosineConv2d as (args?: unknown) => unknown)()).toThrow(
      'cosineConv2d: filters must be a positive integer, received undefined.',
    );
  });

  it('refuses an input that it cannot look at', () => {
    expect(() => cosineConv2d(conv2d).apply(tf.ones([2, 5, 5]))).toThrow(
      'cosineConv2d: the input must be of rank 4 with a known last dimension, received [2,5,5].',
    );
    expect(() => cosineConv2d(conv2d).apply(tf.ones([1, 5, 2, 1]))).toThrow(
      'cosineConv2d: the input must be of at least 3 places, as the window is, received [5,2].',
    );
    const layer = cosineConv2d({ ...conv2d, dataFormat: 'channelsFirst' });
    layer.apply(tf.ones([1, 2, 5, 5]));
    expect(() => layer.apply(tf.ones([1, 3, 5, 5]))).toThrow(
      'cosineConv2d: the input must be of a dimension 1 of 2, as it was built for, received [1,3,5,5].',
    );
  });
});

describe('cosineConv1d', () => {
  it.each([
    {},
    { center: true, strides: 2 },
    { bias: 'augmented' as const, padding: 'same' as const, dilationRate: 2 },
    { bias: 'add' as const, scale: 'learned' as const, kernelSize: [2] as [number] },
  ])('keeps the layer contract with %j', async (args) => {
    const training = args.center === true || trainsConvolutions();
    await layerContract(() => cosineConv1d({ ...conv1d, ...args }), { inputShape: [7, 2], training });
  });

  it('refuses an input of another rank', () => {
    expect(() => cosineConv1d(conv1d).apply(tf.ones([2, 5]))).toThrow(
      'cosineConv1d: the input must be of rank 3 with a known last dimension, received [2,5].',
    );
    expect(() => cosineConv1d({ ...conv1d, kernelSize: [3, 3] as unknown as [number] })).toThrow(
      'cosineConv1d: kernelSize must be a positive integer, received [3,3].',
    );
  });
});
