import * as tf from '@tensorflow/tfjs';
import { dropout } from 'evenkeel';
import { checkLeaks, layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import {
  momentsOf,
  predict,
  reloaded,
  shareOfZeros,
  train,
  withoutMathRandom,
} from '../support/random-layers.js';

const EXACT = { rtol: 0, atol: 0 };
const n = 40_000;
const ones = tf.ones([200, 200]);

describe('dropout', () => {
  it.each([
    { rate: 0.3 },
    { rate: 0.3, scaling: 'classical' as const, seed: 4 },
    { rate: 0.3, noise: 'gaussian' as const, noiseShape: [null, 1] },
    { rate: 0, seed: 1 },
  ])('keeps the layer contract with %j', async (args) => {
    await layerContract(() => dropout(args), { inputShape: [6] });
    await layerContract(() => dropout({ ...args, noiseShape: null }), { inputShape: [3, 2, 4] });
  });

  it('has the share of zeros, the mean and the variance of tf.layers.dropout', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const own = train(dropout({ rate, seed: 1, name: 'a' }), ones);
      const builtIn = train(tf.layers.dropout({ rate }), ones);
      // 1 / (1 - rate) times a Bernoulli variable: five standard errors, those of both drawn apart.
      const share = 5 * Math.sqrt((rate * (1 - rate)) / n);
      expect(Math.abs(shareOfZeros(own) - rate)).toBeLessThan(share);
      expect(Math.abs(shareOfZeros(own) - shareOfZeros(builtIn))).toBeLessThan(Math.SQRT2 * share);
      expect(Math.abs(momentsOf(own).mean - momentsOf(builtIn).mean)).toBeLessThan(
        (Math.SQRT2 * share) / (1 - rate),
      );
      // The variance of m (1 - m) / (1 - rate)^2 by that of m, the share kept.
      const spread = (Math.abs(2 * rate - 1) * share + share ** 2) / (1 - rate) ** 2;
      expect(Math.abs(momentsOf(own).variance - rate / (1 - rate))).toBeLessThan(spread);
      // The rate is one of 16 bits.
      expect(own.max()).toBeAllClose(1 / (1 - rate), { rtol: 2 ** -17 / (1 - rate) + 1e-6 });
    }
  });

  it('does not count a call that fails', () => {
    const layer = dropout({ rate: 0.5, seed: 1, noiseShape: [null, 3] });
    layer.apply(tf.ones([2, 3]), { training: true });
    expect(layer.step).toBe(1);
    expect(() => layer.apply(tf.ones([2, 5]), { training: true })).toThrow('noiseShape');
    expect(layer.step).toBe(1);
  });

  it('classical keeps 1 in training and scales the prediction by 1 - rate', () => {
    const layer = dropout({ rate: 0.25, scaling: 'classical', seed: 1 });
    const y = train(layer, ones);
    expect(Array.from(new Set(y.dataSync())).sort()).toEqual([0, 1]);
    expect(Math.abs(shareOfZeros(y) - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / n));
    expect(predict(layer, ones)).toBeAllClose(tf.fill([200, 200], 0.75), EXACT);
  });

  it('Gaussian multiplies by numbers of mean 1 and variance rate / (1 - rate)', () => {
    const layer = dropout({ rate: 0.2, noise: 'gaussian', seed: 1, name: 'g' });
    const { mean, variance } = momentsOf(train(layer, ones));
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(0.25 / n));
    expect(Math.abs(variance - 0.25)).toBeLessThan(5 * 0.25 * Math.sqrt(2 / n));
    const builtIn = momentsOf(train(tf.layers.gaussianDropout({ rate: 0.2 }), ones));
    expect(Math.abs(variance - builtIn.variance)).toBeLessThan(5 * 0.25 * Math.sqrt(4 / n));
    expect(predict(layer, ones)).toBeAllClose(ones, EXACT);
  });

  it.each(['inverted', 'classical'] as const)('%s is exact at rates 0 and 1', (scaling) => {
    const x = tf.randomNormal([5, 7], 0, 1, 'float32', 3);
    expect(train(dropout({ rate: 0, scaling }), x)).toBeAllClose(x, EXACT);
    expect(predict(dropout({ rate: 0, scaling }), x)).toBeAllClose(x, EXACT);
    expect(train(dropout({ rate: 1, scaling }), x)).toBeAllClose(tf.zeros([5, 7]), EXACT);
    const still = scaling === 'classical' ? tf.zeros([5, 7]) : x;
    expect(predict(dropout({ rate: 1, scaling }), x)).toBeAllClose(still, EXACT);
  });

  it('has another mask at each step, in each layer and of each seed, and the same in each run', () => {
    const x = tf.ones([1, 64]);
    const run = (name: string, seed: number) => {
      const layer = dropout({ rate: 0.5, seed, name });
      return [0, 1, 2].map(() => String(train(layer, x).dataSync()));
    };
    expect(new Set([...run('a', 1), ...run('b', 1), ...run('a', 2)]).size).toBe(9);
    expect(run('a', 1)).toEqual(run('a', 1));
  });

  it('without a seed draws one, which is in the config, and differs from layer to layer', () => {
    const seeds = [0, 1, 2].map(() => dropout({ rate: 0.5 }).getConfig().seed as number);
    expect(new Set(seeds).size).toBe(3);
    for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
  });

  it('draws nothing from Math.random', () => {
    withoutMathRandom(() => {
      for (const noise of ['bernoulli', 'gaussian'] as const) train(dropout({ rate: 0.5, noise }), ones);
    });
  });

  it('trains by the same masks however often was predicted', async () => {
    const x = tf.ones([4, 16]);
    const make = () => dropout({ rate: 0.5, seed: 1, name: 'a', alwaysOn: true });
    const [a, b] = [make(), make()];
    train(a, x);
    train(b, x);
    predict(b, x);
    expect(train(a, x)).toBeAllClose(train(b, x), EXACT);
  });

  it('always on, drops at prediction too, with another mask at each: the mean of many is the prediction', async () => {
    const layer = dropout({ rate: 0.5, alwaysOn: true, seed: 2, inputShape: [8] });
    const model = tf.sequential({ layers: [layer] });
    const x = tf.ones([50, 8]);
    const draws = Array.from({ length: 100 }, () => model.predict(x) as tf.Tensor);
    expect(String(draws[0]?.dataSync())).not.toBe(String(draws[1]?.dataSync()));
    expect(Math.abs(momentsOf(tf.stack(draws)).mean - 1)).toBeLessThan(5 * Math.sqrt(1 / 40_000));
    // Loaded, it goes on with the next.
    const loaded = await reloaded(model);
    expect(loaded.predict(x) as tf.Tensor).toBeAllClose(model.predict(x) as tf.Tensor, EXACT);
    loaded.dispose();
  });

  it('follows a rate that is set while it trains, and writes it into the config', () => {
    const layer = dropout({ rate: 0.5, seed: 1 });
    train(layer, ones);
    layer.rate = 0.1;
    expect(Math.abs(shareOfZeros(train(layer, ones)) - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / n));
    expect(layer.getConfig().rate).toBe(0.1);
    expect(() => {
      layer.rate = Number.NaN;
    }).toThrow('dropout: rate must be a number from 0 to 1, received NaN.');
    expect(layer.rate).toBe(0.1);
  });

  it('shares the mask along a dimension of size 1', () => {
    const rows = train(dropout({ rate: 0.5, seed: 1, noiseShape: [null, 1] }), tf.ones([50, 4]))
      .sum(1)
      .arraySync() as number[];
    expect(new Set(rows)).toEqual(new Set([0, 8]));
  });

  it('takes a mask that is given, and counts no step for it', () => {
    const layer = dropout({ rate: 0.5, seed: 1, name: 'a' });
    const x = tf.tensor2d([[1, 2, 3, 4]]);
    const first = train(dropout({ rate: 0.5, seed: 1, name: 'a' }), x);
    expect(train(layer, x, tf.tensor2d([[0.4, 0.5, 0.6, 0.1]]))).toBeAllClose([[0, 4, 6, 0]]);
    expect(train(layer, x)).toBeAllClose(first, EXACT);
  });

  it('goes on with the next mask when loaded', async () => {
    const x = tf.ones([1, 64]);
    const make = () =>
      tf.sequential({ layers: [dropout({ rate: 0.5, seed: 3, name: 'a', inputShape: [64] })] });
    const [whole, begun] = [make(), make()];
    const masks = [0, 1, 2].map(() => String(train(whole.layers[0] as tf.layers.Layer, x).dataSync()));
    for (let t = 0; t < 2; t++) train(begun.layers[0] as tf.layers.Layer, x);
    const loaded = await reloaded(begun);
    expect(String(train(loaded.layers[0] as tf.layers.Layer, x).dataSync())).toBe(masks[2]);
  });

  it('draws again from a step that is set', () => {
    const layer = dropout({ rate: 0.5, seed: 3, name: 'a' });
    const masks = [0, 1, 2].map(() => String(train(layer, ones).dataSync()));
    layer.step = 1;
    expect(String(train(layer, ones).dataSync())).toBe(masks[1]);
    expect(layer.step).toBe(2);
    expect(() => {
      layer.step = 0.5;
    }).toThrow('dropout: step must be an integer of 0 or more, received 0.5.');
  });

  it('leaks nothing when it predicts always on', async () => {
    const layer = dropout({ rate: 0.5, alwaysOn: true });
    predict(layer, ones).dispose();
    await checkLeaks(() => predict(layer, ones).dispose());
  });

  it.each([
    [undefined, 'dropout: rate must be a number from 0 to 1, received undefined.'],
    [{ rate: -0.1 }, 'dropout: rate must be a number from 0 to 1, received -0.1.'],
    [{ rate: '0.5' }, "dropout: rate must be a number from 0 to 1, received '0.5'."],
    [
      { rate: 1, noise: 'gaussian' },
      'dropout: rate must be below 1 for Gaussian noise, whose variance it sets, received 1.',
    ],
    [{ rate: 0.5, noise: 'normal' }, "dropout: noise must be 'bernoulli' or 'gaussian', received 'normal'."],
    [{ rate: 0.5, scaling: 'both' }, "dropout: scaling must be 'inverted' or 'classical', received 'both'."],
    [
      { rate: 0.5, scaling: 'classical', noise: 'gaussian' },
      "dropout: scaling must be 'inverted' for Gaussian noise, of mean 1, received 'classical'.",
    ],
    [{ rate: 0.5, alwaysOn: 1 }, 'dropout: alwaysOn must be true or false, received 1.'],
    [{ rate: 0.5, step: -1 }, 'dropout: step must be an integer of 0 or more, received -1.'],
    [{ rate: 0.5, place: 'first' }, "dropout: place must be an integer of 0 or more, received 'first'."],
    [
      { rate: 0.5, alwaysOn: true, predictions: 0.5 },
      'dropout: predictions must be an integer of 0 or more, received 0.5.',
    ],
    [{ rate: 0.5, seed: 0.5 }, 'dropout: seed must be an integer from 0 to 2147483647, received 0.5.'],
    [
      { rate: 0.5, noiseShape: 'x' },
      "dropout: noiseShape must be a list of positive integers and null, received 'x'.",
    ],
    [
      { rate: 0.5, noiseShape: [0] },
      'dropout: noiseShape must be a list of positive integers and null, received [0].',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => dropout(args as never)).toThrow(message);
  });

  it('refuses a noiseShape that does not broadcast', () => {
    expect(() => train(dropout({ rate: 0.5, noiseShape: [2, 3] }), tf.ones([2, 4]))).toThrow(
      /noiseShape must be .*\[2,4\].*received \[2,3\]/,
    );
  });
});
