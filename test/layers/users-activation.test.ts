import * as tf from '@tensorflow/tfjs';
import { cosineDense, dropConnectDense, standoutDense, weightNorm } from 'evenkeel';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtin } from '../../src/tfjs/builtins.js';

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
