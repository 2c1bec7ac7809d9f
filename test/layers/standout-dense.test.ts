import * as tf from '@tensorflow/tfjs';
import { standoutDense } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { sigmoid } from '../support/float64.js';

const train = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor =>
  layer.apply(x, { training: true }) as tf.Tensor;

describe('standoutDense', () => {
  it.each([
    { units: 3 },
    { units: 3, activation: 'relu' as const, alpha: 0.5, beta: 1, seed: 4 },
    { units: 3, betaOn: 'weights' as const, beta: 0.3, kernelRegularizer: 'l1l2' as const },
    { units: 3, betaOn: 'weights' as const, beta: 0.3, useBias: false },
  ])('keeps the layer contract with %j', async (args) => {
    await layerContract(() => standoutDense(args), { inputShape: [6], batchSize: 16 });
  });

  it('works on the last axis of an input of rank 3', async () => {
    await layerContract(() => standoutDense({ units: 3, seed: 1 }), { inputShape: [5, 6] });
  });

  it.each(['logit', 'weights'] as const)('predicts f(z) sigmoid of the logit, beta on the %s', (betaOn) => {
    const layer = standoutDense({ units: 1, activation: 'relu', alpha: 0.5, beta: 0.25, betaOn });
    const x = tf.tensor2d([[1, 2]]);
    layer.apply(x);
    layer.setWeights([tf.tensor2d([[0.5], [1]]), tf.tensor1d([0.3]), tf.zeros([2], 'int32')]);
    const z = 0.5 * 1 + 1 * 2 + 0.3;
    const logit =
      betaOn === 'logit'
        ? 0.5 * z + 0.25
        : 1 * (0.5 * 0.5 + 0.25) + 2 * (0.5 * 1 + 0.25) + (0.5 * 0.3 + 0.25);
    expect(layer.apply(x) as tf.Tensor).toBeAllClose([[z * sigmoid(logit)]]);
  });

  it('keeps in training a share of sigmoid(logit), unscaled, with a new mask each step', () => {
    const layer = standoutDense({ units: 1, beta: 1, alpha: 0, kernelInitializer: 'ones', seed: 2 });
    const x = tf.ones([20_000, 1]);
    const [a, b] = [train(layer, x), train(layer, x)];
    const q = sigmoid(1);
    expect(Math.abs((a.mean().dataSync()[0] as number) - q)).toBeLessThan(
      5 * Math.sqrt((q * (1 - q)) / 20_000),
    );
    expect(Array.from(new Set(a.dataSync())).sort()).toEqual([0, 1]);
    expect(String(a.dataSync())).not.toBe(String(b.dataSync()));
  });

  it.each([
    [{ units: 1.5 }, 'standoutDense: units must be a positive integer, received 1.5.'],
    [
      { units: 2, alpha: Number.NaN },
      'standoutDense: alpha must be a finite number of float32, received NaN.',
    ],
    [
      { units: 2, betaOn: 'x' as 'logit' },
      "standoutDense: betaOn must be 'logit' or 'weights', received 'x'.",
    ],
  ])('refuses %j', (args, message) => {
    expect(() => standoutDense(args)).toThrow(message);
  });
});
