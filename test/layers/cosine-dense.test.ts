import * as tf from '@tensorflow/tfjs';
import { cosineDense } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';

describe('cosineDense', () => {
  it.each([
    { units: 3 },
    { units: 3, center: true, activation: 'tanh' as const },
    { units: 3, bias: 'augmented' as const, scale: 2.5 },
    { units: 3, bias: 'add' as const, scale: 'learned' as const, kernelRegularizer: 'l1l2' as const },
  ])('keeps the layer contract with %j', async (args) => {
    await layerContract(() => cosineDense(args), { inputShape: [6] });
  });

  it('works on the last axis of an input of rank 3', async () => {
    await layerContract(() => cosineDense({ units: 3 }), { inputShape: [5, 6] });
  });

  it('multiplies by the scale, adds the bias, then applies the activation', () => {
    const layer = cosineDense({ units: 1, scale: 3, bias: 'add', activation: 'relu' });
    const x = tf.tensor2d([
      [3, 4],
      [-3, -4],
    ]);
    layer.apply(x);
    layer.setWeights([tf.tensor2d([[5], [0]]), tf.tensor1d([0.5])]);
    expect(layer.apply(x) as tf.Tensor).toBeAllClose([[3 * 0.6 + 0.5], [0]]);
  });

  it('takes the size of its input in one number, as dense does', () => {
    const model = tf.sequential({ layers: [cosineDense({ units: 2, inputDim: 6 })] });
    expect(model.inputs[0]?.shape).toEqual([null, 6]);
  });

  it('takes pixels as integers', () => {
    const layer = cosineDense({ units: 3 });
    const x = tf.tensor2d([[3, 0, 255, 17]], undefined, 'int32');
    expect(layer.apply(x) as tf.Tensor).toBeAllClose(layer.apply(x.toFloat()) as tf.Tensor);
  });

  it('starts a learned scale at scaleInit', () => {
    const layer = cosineDense({ units: 1, scale: 'learned', scaleInit: 4 });
    const x = tf.tensor2d([[3, 4]]);
    layer.apply(x);
    expect(layer.apply(layer.getWeights()[0]?.transpose() as tf.Tensor) as tf.Tensor).toBeAllClose([[4]]);
  });

  it.each([
    [{ units: 0 }, 'cosineDense: units must be a positive integer, received 0.'],
    [
      { units: 2, bias: 'some' as 'add' },
      "cosineDense: bias must be 'none' or 'augmented' or 'add', received 'some'.",
    ],
    [{ units: 2, scale: -1 }, "cosineDense: scale must be a number above 0 or 'learned', received -1."],
    [
      { units: 2, scale: 'x' as 'learned' },
      "cosineDense: scale must be a number above 0 or 'learned', received 'x'.",
    ],
    [
      { units: 2, center: 'false' as unknown as boolean },
      "cosineDense: center must be true or false, received 'false'.",
    ],
    [
      undefined as unknown as { units: number },
      'cosineDense: units must be a positive integer, received undefined.',
    ],
    [{ units: 2, epsilon: 0 }, 'cosineDense: epsilon must be a number above 0, within float32, received 0.'],
    [
      { units: 2, scaleInit: Number.NaN },
      'cosineDense: scaleInit must be a number above 0, within float32, received NaN.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => cosineDense(args)).toThrow(message);
  });

  it('refuses an input of another rank or size', () => {
    const layer = cosineDense({ units: 2 });
    expect(() => layer.apply(tf.ones([3]))).toThrow(
      'cosineDense: the input must be of rank 2 or more with a known last dimension, received [3].',
    );
    layer.apply(tf.ones([2, 6]));
    expect(() => layer.apply(tf.ones([2, 5]))).toThrow(
      'cosineDense: the input must be of a last dimension of 6, as it was built for, received [2,5].',
    );
  });
});
