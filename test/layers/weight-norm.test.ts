import * as tf from '@tensorflow/tfjs';
import { weightNorm } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';

const dense = (args: Partial<Parameters<typeof tf.layers.dense>[0]> = {}) =>
  tf.layers.dense({ units: 3, ...args });

describe('weightNorm', () => {
  it.each([
    {},
    { activation: 'relu' as const, kernelInitializer: 'heNormal' as const },
    { useBias: false },
    { kernelRegularizer: 'l1l2' as const, biasInitializer: 'ones' as const },
  ])('keeps the layer contract over dense with %j', async (args) => {
    await layerContract(() => weightNorm({ layer: dense(args) }), { inputShape: [6] });
  });

  it('keeps it on an input of rank 3, and with g untrained', async () => {
    await layerContract(() => weightNorm({ layer: dense(), trainableScale: false }), { inputShape: [5, 6] });
  });

  it('changes no output of a layer that already has weights', () => {
    const x = tf.randomNormal([4, 6]);
    const layer = dense({ activation: 'tanh', biasInitializer: 'randomNormal' });
    const before = layer.apply(x) as tf.Tensor;
    expect(weightNorm({ layer }).apply(x) as tf.Tensor).toBeAllClose(before, { rtol: 1e-5, atol: 1e-6 });
  });

  it('has the weights g, v and bias, in that order, and trains g unless told otherwise', () => {
    const names = (trainableScale: boolean) => {
      const layer = weightNorm({ layer: dense({ name: 'inside' }), trainableScale });
      layer.apply(tf.ones([1, 6]));
      return [layer.weights, layer.trainableWeights].map((list) => list.map((w) => w.originalName));
    };
    const all = ['inside/g', 'inside/v', 'inside/bias'];
    expect(names(true)).toEqual([all, all]);
    // tfjs lists trained weights first
    expect(names(false)[1]).toEqual(['inside/v', 'inside/bias']);
  });

  it('takes name, trainable and input shape of the layer inside', () => {
    const layer = dense({ name: 'inside', trainable: false, inputShape: [6] });
    const model = tf.sequential({ layers: [weightNorm({ layer })] });
    expect(model.layers[0]?.name).toBe('inside');
    expect(model.trainableWeights).toHaveLength(0);
    expect(model.inputs[0]?.shape).toEqual([null, 6]);
  });

  it('lists the layers it knows for one it does not', () => {
    expect(() => weightNorm({ layer: tf.layers.flatten() })).toThrow(
      "weightNorm: layer must be a layer of class Dense, received 'a layer of class Flatten'.",
    );
    expect(() => weightNorm({ layer: undefined as unknown as tf.layers.Layer })).toThrow(
      /received undefined/,
    );
  });

  it('names the cause for a layer of another copy of tfjs', () => {
    const foreign = { getClassName: () => 'Dense' } as tf.layers.Layer;
    expect(() => weightNorm({ layer: foreign })).toThrow(/another copy of @tensorflow\/tfjs/);
  });

  it('changes no output of a layer with a constraint, or one that was told its weights', () => {
    const x = tf.ones([1, 3]);
    const constrained = tf.layers.dense({
      units: 1,
      kernelInitializer: 'ones',
      kernelConstraint: 'unitNorm',
      inputShape: [3],
    });
    const before = constrained.apply(x) as tf.Tensor;
    expect(weightNorm({ layer: constrained }).apply(x) as tf.Tensor).toBeAllClose(before);
    const weights = () => [
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      tf.tensor1d([7, 8]),
    ];
    const told = tf.layers.dense({ units: 2, inputShape: [3], weights: weights() });
    expect(weightNorm({ layer: told }).apply(x) as tf.Tensor).toBeAllClose([16, 20]);
  });
});
