import * as tf from '@tensorflow/tfjs';
import { type AnnealedDropout, annealedDropout, cosine, linear, piecewise } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';

const train = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor =>
  layer.apply(x, { training: true }) as tf.Tensor;
const dropped = (y: tf.Tensor): number => y.equal(0).cast('float32').mean().dataSync()[0] as number;

describe('annealedDropout', () => {
  it.each([
    { rate: 0.5, steps: 10 },
    { rate: 0.9, steps: 3, seed: 7, noiseShape: [null, 1] },
    { schedule: cosine({ from: 0.5, to: 0.1, steps: 4 }), seed: 1 },
    {
      rate: 0.5,
      schedule: piecewise({
        steps: [
          [0, 1],
          [3, 0.5],
        ],
      }),
    },
  ])('keeps the layer contract with %j', async (args) => {
    // Its masks come from its name, too.
    await layerContract(() => annealedDropout({ ...args, name: 'a' }), { inputShape: [6] });
  });

  it('drops at training step t with probability rate (1 - t / steps), and divides by the keep probability', () => {
    const layer = annealedDropout({ rate: 0.8, steps: 4, seed: 1, name: 'a' });
    const x = tf.ones([100, 100]);
    const n = 10_000;
    for (const p of [0.8, 0.6, 0.4, 0.2]) {
      const y = train(layer, x);
      expect(Math.abs(dropped(y) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
      // The rate is one of 16 bits.
      expect(y.max()).toBeAllClose(1 / (1 - p), { rtol: 2 ** -17 / (1 - p) + 1e-6 });
    }
    for (let t = 4; t < 7; t++) expect(train(layer, x)).toBeAllClose(x, { rtol: 0, atol: 0 });
  });

  it('multiplies its rate by any schedule, and in epochs goes by the time it is told', () => {
    const layer = annealedDropout({
      rate: 0.8,
      schedule: piecewise({
        steps: [
          [0, 1],
          [2, 0.5],
        ],
      }),
    });
    expect([0, 1, 2, 3].map((t) => layer.rateAt(t))).toBeAllClose([0.8, 0.6, 0.4, 0.4]);
    expect(annealedDropout({ schedule: linear({ from: 0.5, to: 0, steps: 2 }) }).rateAt(1)).toBe(0.25);
    const byEpoch = annealedDropout({ rate: 0.8, epochs: 4, seed: 1, name: 'e' });
    byEpoch.setTime({ epoch: 1 });
    expect(byEpoch.currentRate).toBeCloseTo(0.6, 12);
    const share = dropped(train(byEpoch, tf.ones([100, 100])));
    expect(Math.abs(share - 0.6)).toBeLessThan(5 * Math.sqrt(0.24 / 10_000));
  });

  it('by the epoch refuses to train untold', () => {
    const layer = annealedDropout({ rate: 0.8, epochs: 4, name: 'untold' });
    expect(() => train(layer, tf.ones([2, 2]))).toThrow(
      'annealedDropout: untold anneals by the epoch, which it was not told; give fit `callbacks: scheduleDropout()`, or call setTime.',
    );
  });

  it('is the identity in inference, which counts no step', () => {
    const x = tf.ones([10, 10]);
    const [a, b] = [0, 1].map(() => annealedDropout({ rate: 0.5, steps: 100, seed: 1, name: 'a' }));
    expect(a?.apply(x) as tf.Tensor).toBeAllClose(x, { rtol: 0, atol: 0 });
    expect(train(a as tf.layers.Layer, x)).toBeAllClose(train(b as tf.layers.Layer, x), { rtol: 0, atol: 0 });
  });

  it('has another mask at each step and in each layer of the same seed, the same in each run', () => {
    const x = tf.ones([1, 64]);
    const run = (name: string) => {
      const layer = annealedDropout({ rate: 0.5, steps: 1e6, seed: 3, name });
      return [0, 1, 2].map(() => String(train(layer, x).greater(0).dataSync()));
    };
    expect(new Set([...run('a'), ...run('b')]).size).toBe(6);
    expect(run('a')).toEqual(run('a'));
  });

  it('loaded, goes on with the next mask', async () => {
    const x = tf.ones([1, 64]);
    const make = () =>
      tf.sequential({
        layers: [annealedDropout({ rate: 0.5, steps: 100, seed: 3, name: 'a', inputShape: [64] })],
      });
    const [whole, first] = [make(), make()];
    const masks = [0, 1, 2, 3].map(() => train(whole.layers[0] as tf.layers.Layer, x).dataSync());
    for (let t = 0; t < 2; t++) train(first.layers[0] as tf.layers.Layer, x);
    const artifacts: tf.io.ModelArtifacts[] = [];
    await first.save(
      tf.io.withSaveHandler(async (a) => {
        artifacts.push(a);
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts[0] as tf.io.ModelArtifacts));
    expect(train(loaded.layers[0] as tf.layers.Layer, x).dataSync()).toEqual(masks[2]);
    (loaded.layers[0] as AnnealedDropout).step = 1;
    expect(train(loaded.layers[0] as tf.layers.Layer, x).dataSync()).toEqual(masks[1]);
  });

  it('is zero at rate 1', () => {
    expect(train(annealedDropout({ rate: 1, steps: 10 }), tf.ones([3, 3]))).toBeAllClose(tf.zeros([3, 3]));
  });

  it('shares the mask along a dimension of size 1', () => {
    const y = train(
      annealedDropout({ rate: 0.5, steps: 100, seed: 1, noiseShape: [null, 1] }),
      tf.ones([50, 4]),
    );
    const rows = y.sum(1).arraySync() as number[];
    expect(rows.every((sum) => sum === 0 || sum === 8)).toBe(true);
    expect(new Set(rows).size).toBe(2);
  });

  it.each([
    [{ rate: 1.5, steps: 1 }, 'annealedDropout: rate must be a number from 0 to 1, received 1.5.'],
    [{ rate: Number.NaN, steps: 1 }, 'annealedDropout: rate must be a number from 0 to 1, received NaN.'],
    [{ rate: 0.5, steps: -3 }, 'annealedDropout: steps must be a positive integer, received -3.'],
    [{ rate: 0.5, steps: 0 }, 'annealedDropout: steps must be a positive integer, received 0.'],
    [{ rate: 0.5, epochs: 0.5 }, 'annealedDropout: epochs must be a positive integer, received 0.5.'],
    [{ steps: 3 }, 'annealedDropout: rate must be a number from 0 to 1, received undefined.'],
    [
      { rate: 0.5 },
      "annealedDropout: one of steps, epochs and schedule must be given, received 'none of them'.",
    ],
    [
      { rate: 0.5, steps: 3, epochs: 3 },
      "annealedDropout: one of steps, epochs and schedule must be given, received 'steps and epochs'.",
    ],
    [
      { schedule: { kind: 'linear', from: 2, to: 0, steps: 3 } },
      /^annealedDropout: schedule must be a schedule within 0 to 1 \(this one goes from 0 to 2\)/,
    ],
    [
      { schedule: 'linear' },
      /^annealedDropout: schedule must be a schedule of kind .*, received 'linear'\.$/,
    ],
    [
      { rate: 0.5, steps: 1, seed: -1 },
      'annealedDropout: seed must be an integer from 0 to 2147483647, received -1.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => annealedDropout(args as never)).toThrow(message);
  });

  it('refuses a noiseShape that does not broadcast', () => {
    const layer = annealedDropout({ rate: 0.5, steps: 9, noiseShape: [2, 3] });
    expect(() => train(layer, tf.ones([2, 4]))).toThrow(/noiseShape must be .*\[2,4\].*received \[2,3\]/);
  });
});
