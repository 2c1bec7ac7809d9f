import * as tf from '@tensorflow/tfjs';
import { uniformDropout } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { momentsOf, predict, train, withoutMathRandom } from '../support/random-layers.js';

const EXACT = { rtol: 0, atol: 0 };
const n = 40_000;
const ones = tf.ones([200, 200]);

describe('uniformDropout', () => {
  it.each([{ beta: 0.1 }, { beta: 1, seed: 4, noiseShape: [null, 1] }])(
    'keeps the layer contract with %j',
    async (args) => {
      await layerContract(() => uniformDropout(args), { inputShape: [6] });
    },
  );

  it('multiplies by numbers between 1 - beta and 1 + beta, of mean 1 and variance beta^2 / 3', () => {
    for (const beta of [0.1, 0.5, 1]) {
      const y = train(uniformDropout({ beta, seed: 1, name: 'u' }), ones);
      const { mean, variance } = momentsOf(y);
      expect(Math.abs(mean - 1)).toBeLessThan(5 * beta * Math.sqrt(1 / 3 / n));
      // The fourth moment of U(-beta, beta) is beta^4 / 5.
      expect(Math.abs(variance - beta ** 2 / 3)).toBeLessThan(5 * beta ** 2 * Math.sqrt((1 / 5 - 1 / 9) / n));
      expect(y.min().dataSync()[0]).toBeGreaterThanOrEqual(1 - beta - 1e-6);
      expect(y.max().dataSync()[0]).toBeLessThanOrEqual(1 + beta + 1e-6);
    }
  });

  it('shifts the variance by 3 / (3 + beta^2) from training to prediction, for an input of mean 0', () => {
    const x = tf.randomNormal([200, 200], 0, 1, 'float32', 5);
    const layer = uniformDropout({ beta: 1, seed: 1, name: 'u' });
    const shift = momentsOf(predict(layer, x)).variance / momentsOf(train(layer, x)).variance;
    expect(Math.abs(shift - 3 / 4)).toBeLessThan(0.02);
  });

  it('is the identity at prediction and at beta 0, and has numbers of its own at each step', () => {
    const layer = uniformDropout({ beta: 0.5, seed: 1 });
    expect(predict(layer, ones)).toBeAllClose(ones, EXACT);
    expect(train(uniformDropout({ beta: 0 }), ones)).toBeAllClose(ones, EXACT);
    expect(String(train(layer, ones).dataSync())).not.toBe(String(train(layer, ones).dataSync()));
    withoutMathRandom(() => train(uniformDropout({ beta: 0.5 }), ones));
  });

  it.each([
    [{ beta: 1.5 }, 'uniformDropout: beta must be a number from 0 to 1, received 1.5.'],
    [{ beta: Number.NaN }, 'uniformDropout: beta must be a number from 0 to 1, received NaN.'],
    [{}, 'uniformDropout: beta must be a number from 0 to 1, received undefined.'],
  ])('refuses %j', (args, message) => {
    expect(() => uniformDropout(args as never)).toThrow(message);
  });
});
