import * as tf from '@tensorflow/tfjs';
import {
  cosineDense,
  dropConnectDense,
  layerNormLSTMCell,
  meanOnlyBatchNorm,
  standoutDense,
  weightNorm,
} from 'evenkeel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtin } from '../../src/tfjs/builtins.js';
import { reloaded } from '../support/random-layers.js';

const Serializable = Object.getPrototypeOf(builtin('relu'));

/** A class of a user under the name of one of tfjs's. */
class Relu extends Serializable {
  static className = 'relu';
  apply(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, 3);
  }
  getClassName(): string {
    return 'relu';
  }
  getConfig(): object {
    return {};
  }
}

const register = (activation: unknown) => {
  tf.serialization.registerClass(activation as never);
};
beforeAll(() => register(Relu));
afterAll(() => register(builtin('relu')));

it.each<[string, () => tf.layers.Layer]>([
  ['cosineDense', () => cosineDense({ units: 2, activation: 'relu' })],
  ['weightNorm', () => weightNorm({ layer: tf.layers.dense({ units: 2, activation: 'relu' }) })],
  ['dropConnectDense', () => dropConnectDense({ units: 2, rate: 0, activation: 'relu' })],
  ['standoutDense', () => standoutDense({ units: 2, activation: 'relu', beta: 1000, name: 'on' })],
])('%s applies a user’s class that is named as a built-in activation', (_, make) => {
  const layer = make();
  const x = tf.tensor2d([[1, -2, 3]]);
  layer.apply(x);
  const weights = layer.getWeights().map(({ shape, rank }) => tf.fill(shape, rank > 1 ? -0.5 : 0.5));
  layer.setWeights(weights);
  // With relu every output would be 0 or above.
  expect((layer.apply(x) as tf.Tensor).max().dataSync()[0]).toBeLessThan(0);
});

describe('classes that a user registers under names of their own', () => {
  class Cube extends tf.serialization.Serializable {
    static className = 'usersCube';
    apply(x: tf.Tensor): tf.Tensor {
      return tf.pow(x, 3);
    }
    getConfig(): tf.serialization.ConfigDict {
      return {};
    }
  }
  class Filled extends Cube {
    static override className = 'UsersFilled';
    override apply(shape: never): tf.Tensor {
      return tf.fill(shape, 0.25);
    }
  }
  class Penalty extends Cube {
    static override className = 'UsersPenalty';
    override apply(w: tf.Tensor): tf.Tensor {
      return tf.sum(tf.abs(w)).mul(0.1);
    }
  }
  beforeAll(() => {
    for (const each of [Cube, Filled, Penalty]) tf.serialization.registerClass(each);
  });

  it.each<[string, () => tf.layers.Layer]>([
    [
      'cosineDense',
      () =>
        cosineDense({
          units: 2,
          activation: 'usersCube' as never,
          kernelInitializer: 'UsersFilled',
          kernelRegularizer: 'UsersPenalty',
          kernelConstraint: 'usersCube',
        }),
    ],
    ['dropConnectDense', () => dropConnectDense({ units: 2, rate: 0.5, activation: 'usersCube' as never })],
    ['standoutDense', () => standoutDense({ units: 2, kernelInitializer: 'UsersFilled' })],
    ['meanOnlyBatchNorm', () => meanOnlyBatchNorm({ betaInitializer: 'UsersFilled' })],
    [
      'layerNormLSTMCell',
      () => {
        const cell = layerNormLSTMCell({ units: 2, recurrentActivation: 'usersCube' as never });
        return tf.layers.rnn({ cell, inputShape: [2, 3] });
      },
    ],
  ])('%s is saved with them and loaded again', async (name, make) => {
    const shape = name === 'layerNormLSTMCell' ? [2, 3] : [3];
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: shape }), make()] });
    const x = tf.linspace(-1, 1, 3 * tf.util.sizeFromShape(shape)).reshape([3, ...shape]);
    const loaded = await reloaded(model);
    expect(loaded.toJSON(null, false)).toEqual(model.toJSON(null, false));
    expect(loaded.predict(x) as tf.Tensor).toBeAllClose(model.predict(x) as tf.Tensor);
  });
});

it('an initializer that is falsy is the default of its argument, and an activation of null is linear, as in tfjs', () => {
  expect(meanOnlyBatchNorm({ betaInitializer: '' }).getConfig().betaInitializer).toMatchObject({
    className: 'Zeros',
  });
  expect(layerNormLSTMCell({ units: 2, activation: null as never }).getConfig().activation).toBe('linear');
});
