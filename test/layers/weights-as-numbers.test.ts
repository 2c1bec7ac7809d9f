/** What people do with all weights of a model: it trains and predicts after each, by numbers that are known. */
import * as tf from '@tensorflow/tfjs';
import {
  annealedDropout,
  cosineDense,
  dropConnectDense,
  dropout,
  iterativeWhitening,
  meanOnlyBatchNorm,
  rrelu,
  standoutDense,
  uniformDropout,
  weightNorm,
} from 'evenkeel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const seed = 1;
const LAYERS: Record<string, () => tf.layers.Layer> = {
  dropout: () => dropout({ rate: 0.5, seed }),
  alwaysOn: () => dropout({ rate: 0.5, seed, alwaysOn: true }),
  annealedDropout: () => annealedDropout({ rate: 0.5, steps: 5, seed }),
  uniformDropout: () => uniformDropout({ beta: 0.5 }),
  rrelu: () => rrelu({ seed }),
  standoutDense: () => standoutDense({ units: 3, seed, belief: 'learned' }),
  dropConnectDense: () => dropConnectDense({ units: 3, rate: 0.5, seed }),
  weightNorm: () => weightNorm({ layer: tf.layers.dense({ units: 3 }) }),
  cosineDense: () => cosineDense({ units: 3 }),
  meanOnlyBatchNorm: () => meanOnlyBatchNorm(),
  iterativeWhitening: () => iterativeWhitening(),
};

const x = tf.randomNormal([4, 3], 0, 1, 'float32', 3);
const y = tf.ones([4, 3]);

function build(names: readonly string[]): tf.LayersModel {
  const make = (name: string) => (LAYERS[name] as () => tf.layers.Layer)();
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [3] }), ...names.map(make)],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  return model;
}

const predicted = (model: tf.LayersModel) =>
  tf.tidy(() => Array.from((model.predict(x) as tf.Tensor).dataSync()));
const train = async (model: tf.LayersModel) => (await model.trainOnBatch(x, y)) as number;

/** Each gives weights to a model, from its own and those of a twin that has the same ones; all but the last change none. */
const USES: Record<string, (own: tf.Tensor[], twin: tf.Tensor[]) => tf.Tensor[]> = {
  'the average of equal weights': (own, twin) => own.map((w, i) => w.add(twin[i] as tf.Tensor).div(2)),
  'JSON and back': (own) => {
    const text = JSON.stringify(own.map((w) => w.arraySync()));
    return (JSON.parse(text) as number[][]).map((values) => tf.tensor(values));
  },
  'one Float32Array': (own) => {
    const all = new Float32Array(own.flatMap((w) => Array.from(w.dataSync())));
    let at = 0;
    return own.map(({ shape, size }) => {
      at += size;
      return tf.tensor(all.subarray(at - size, at), shape);
    });
  },
  'a copy from a twin': (_, twin) => twin,
  'a mutation': (own) => own.map((w) => w.add(0.01)),
};

describe('weights as numbers', () => {
  const names = fc.array(fc.constantFrom(...Object.keys(LAYERS)), { minLength: 1, maxLength: 3 });

  it('are all float32, survive any arithmetic, and leave the counts of training calls as they are', async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom(...Object.keys(USES)), async (names, use) => {
        const model = build(names);
        const twin = build(names);
        for (let t = 0; t < 2; t++) await train(model);
        expect(model.weights.map(({ dtype }) => dtype)).toEqual(model.weights.map(() => 'float32'));
        twin.setWeights(model.getWeights());
        const counts = model.layers.map((layer) => layer.getConfig().step);
        const before = predicted(model);
        tf.tidy(() => {
          const give = USES[use] as (typeof USES)[string];
          model.setWeights(give(model.getWeights(), twin.getWeights()));
        });
        const after = predicted(model);
        expect(model.layers.map((layer) => layer.getConfig().step)).toEqual(counts);
        if (use !== 'a mutation' && !names.includes('alwaysOn')) expect(after).toEqual(before);
        for (const one of [model, twin]) expect(await train(one)).toBeLessThan(Number.POSITIVE_INFINITY);
        for (const one of [model, twin]) one.dispose();
      }),
      { seed: 1, numRuns: 25 },
    );
  });

  it('loaded in another order, by their names, are the same', async () => {
    await fc.assert(
      fc.asyncProperty(names, async (names) => {
        const model = build(names);
        await train(model);
        const before = predicted(model);
        const all = model.weights.map(
          ({ originalName }, i) => [originalName, model.getWeights()[i]?.clone()] as const,
        );
        model.setWeights(model.getWeights().map((w) => tf.zerosLike(w)));
        model.loadWeights(Object.fromEntries([...all].reverse()) as Record<string, tf.Tensor>);
        if (!names.includes('alwaysOn')) expect(predicted(model)).toEqual(before);
        expect(await train(model)).toBeLessThan(Number.POSITIVE_INFINITY);
        model.dispose();
        tf.dispose(all.map(([, w]) => w as tf.Tensor));
      }),
      { seed: 2, numRuns: 10 },
    );
  });
});
