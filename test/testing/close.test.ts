import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { difference } from '../../src/testing/close.js';
import { checkGradient, layerContract } from '../../src/testing/index.js';

describe('difference', () => {
  it.each([
    [1, 1, true],
    [1, 1.1, false],
    [Number.NaN, Number.NaN, true],
    [1, Number.NaN, false],
    [Number.NaN, 1, false],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, true],
    [5, Number.POSITIVE_INFINITY, false],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false],
    [Number.POSITIVE_INFINITY, 5, false],
  ])('of %d and %d', (actual, expected, close) => {
    expect(difference([actual], [expected]).close).toBe(close);
  });
});

it('checkGradient refuses a function whose values are not finite', () => {
  expect(() => checkGradient((x) => x.mul(Number.NaN), [tf.tensor1d([1, 2])])).toThrow(
    'the values around input 0 are not finite, so no difference can be taken',
  );
});

class NanInTraining extends tf.layers.Layer {
  static className = 'NanInTraining';
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean }): tf.Tensor {
    const [x] = [inputs].flat() as [tf.Tensor];
    return training ? x.mul(Number.NaN) : x.clone();
  }
}
tf.serialization.registerClass(NanInTraining);

it('layerContract refuses a layer that trains on numbers that are none', async () => {
  await expect(layerContract(() => new NanInTraining(), { inputShape: [3] })).rejects.toThrow(
    'layer contract: a training step has the loss NaN',
  );
});
