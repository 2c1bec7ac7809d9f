import * as tf from '@tensorflow/tfjs';
import { rrelu } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { momentsOf, predict, train, withoutMathRandom } from '../support/random-layers.js';

const n = 40_000;
const minusOnes = tf.fill([200, 200], -1);

describe('rrelu', () => {
  it.each([
    {},
    { seed: 4, lower: 0.1, upper: 0.1 },
    { law: 'divisor' as const, lower: 2, upper: 9 },
    { lower: -0.5, upper: 0.5 },
  ])('keeps the layer contract with %j', async (args) => {
    await layerContract(() => rrelu(args), { inputShape: [6] });
  });

  it('draws slopes from U(1/8, 1/3) and predicts by 11/48', () => {
    const layer = rrelu({ seed: 1, name: 'r' });
    const slopes = train(layer, minusOnes).neg();
    const { mean, variance } = momentsOf(slopes);
    const width = 1 / 3 - 1 / 8;
    expect(Math.abs(mean - 11 / 48)).toBeLessThan(5 * width * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - width ** 2 / 12)).toBeLessThan(5 * width ** 2 * Math.sqrt(1 / 180 / n));
    expect(slopes.min().dataSync()[0]).toBeGreaterThanOrEqual(1 / 8 - 1e-6);
    expect(slopes.max().dataSync()[0]).toBeLessThanOrEqual(1 / 3 + 1e-6);
    expect(predict(layer, tf.tensor1d([-2, 0, 3]).expandDims())).toBeAllClose([[-22 / 48, 0, 3]]);
  });

  it('draws divisors from U(3, 8) and predicts by 1 / 5.5', () => {
    const layer = rrelu({ law: 'divisor', seed: 1, name: 'r' });
    const divisors = tf.reciprocal(train(layer, minusOnes).neg());
    const { mean, variance } = momentsOf(divisors);
    expect(Math.abs(mean - 5.5)).toBeLessThan(5 * 5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 25 / 12)).toBeLessThan(5 * 25 * Math.sqrt(1 / 180 / n) + 1e-4);
    expect(predict(layer, tf.tensor1d([-11, 0, 3]).expandDims())).toBeAllClose([[-2, 0, 3]]);
  });

  it('passes what is positive, with slopes of their own at each step', () => {
    const layer = rrelu({ seed: 1 });
    const x = tf.tensor2d([[1, 2, 3]]);
    expect(train(layer, x)).toBeAllClose(x, { rtol: 0, atol: 0 });
    expect(String(train(layer, minusOnes).dataSync())).not.toBe(String(train(layer, minusOnes).dataSync()));
    withoutMathRandom(() => train(rrelu(), minusOnes));
  });

  it.each([
    [{ lower: 0.5, upper: 0.1 }, 'rrelu: lower must be at most upper (0.1), received 0.5.'],
    [{ lower: 0.5 }, /^rrelu: lower must be at most upper \(0\.33\d*, the default\), received 0\.5\.$/],
    [{ law: 'divisor', lower: 0 }, "rrelu: lower must be above 0 for the law 'divisor', received 0."],
    [{ law: 'x' }, "rrelu: law must be 'slope' or 'divisor', received 'x'."],
    [{ upper: Number.NaN }, 'rrelu: upper must be a finite number of float32, received NaN.'],
  ])('refuses %j', (args, message) => {
    expect(() => rrelu(args as never)).toThrow(message);
  });
});
