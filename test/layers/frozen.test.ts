/** A layer in a frozen base works as in prediction while the rest trains, and keeps its averages. */
import * as tf from '@tensorflow/tfjs';
import { iterativeWhitening, meanOnlyBatchNorm } from 'evenkeel';
import { accelerate } from 'evenkeel/accelerate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const EXACT = { rtol: 0, atol: 0 };
const NORMALIZED: Record<string, () => tf.layers.Layer> = {
  meanOnlyBatchNorm: () => meanOnlyBatchNorm(),
  iterativeWhitening: () => iterativeWhitening(),
  'iterativeWhitening without gamma and beta': () => iterativeWhitening({ center: false, scale: false }),
  'batchNormalization, accelerated': () => tf.layers.batchNormalization(),
  'batchNormalization without gamma and beta, accelerated': () =>
    tf.layers.batchNormalization({ center: false, scale: false }),
};

const sequential = (...layers: tf.layers.Layer[]) => tf.sequential({ layers });
const first = () => tf.layers.dense({ units: 4, inputShape: [3], kernelInitializer: 'ones' });
const functional = (base: tf.LayersModel, head: tf.layers.Layer) =>
  tf.model({ inputs: base.inputs, outputs: head.apply(base.outputs) as tf.SymbolicTensor });
const head = () => tf.layers.dense({ units: 1, kernelInitializer: 'ones' });

interface Frozen {
  base: tf.LayersModel;
  whole: tf.LayersModel;
  unfreeze(): void;
}

/** Freezes, and puts the base into a model to be trained. */
const WAYS: Record<string, (layer: tf.layers.Layer) => Frozen> = {
  'the layer itself': (layer) => {
    const base = sequential(first(), layer);
    for (const own of base.layers) own.trainable = false;
    const unfreeze = () => {
      layer.trainable = true;
    };
    return { base, whole: sequential(base, head()), unfreeze };
  },
  'a nested base': (layer) => frozen(sequential(first(), layer), sequential),
  'a functional base': (layer) => {
    const x = tf.input({ shape: [3] });
    const y = layer.apply(first().apply(x)) as tf.SymbolicTensor;
    return frozen(tf.model({ inputs: x, outputs: y }), sequential);
  },
  'a flat one': (layer) => frozen(sequential(first(), layer), functional),
  'a base in a base': (layer) => frozen(sequential(sequential(first(), layer)), sequential),
  'a base with timeDistributed': (layer) =>
    frozen(
      sequential(
        first(),
        tf.layers.reshape({ targetShape: [2, 2] }),
        tf.layers.timeDistributed({ layer }),
        tf.layers.flatten(),
      ),
      sequential,
    ),
  'a flat one with a recurrent layer': (layer) =>
    frozen(
      sequential(
        first(),
        tf.layers.reshape({ targetShape: [2, 2] }),
        tf.layers.simpleRNN({ units: 4, kernelInitializer: 'ones' }),
        layer,
      ),
      functional,
    ),
  'a base frozen before its layers are there': (layer) => {
    const base = tf.sequential();
    base.trainable = false;
    base.add(first());
    base.add(layer);
    return frozen(base, sequential);
  },
};

function frozen(
  base: tf.LayersModel,
  join: (base: tf.LayersModel, head: tf.layers.Layer) => tf.LayersModel,
): Frozen {
  base.trainable = false;
  const unfreeze = () => {
    base.trainable = true;
  };
  return { base, whole: join(base, head()), unfreeze };
}

beforeAll(() => accelerate({ only: ['layer/frozenBatchNormalization', 'layer/batchNormalization'] }));
afterAll(() => accelerate.restore());

describe.each(Object.entries(NORMALIZED))('%s', (_, make) => {
  it.each(Object.entries(WAYS))('frozen by %s, stays as it is; and moves when it is not', async (_, way) => {
    const { base, whole, unfreeze } = way(make());
    const x = tf.randomNormal([8, 3], 5, 1, 'float32', 1);
    const step = async () => {
      whole.compile({ optimizer: tf.train.sgd(1e-3), loss: 'meanSquaredError' });
      return (await whole.trainOnBatch(x, tf.ones([8, 1]))) as number;
    };
    const before = base.predict(x) as tf.Tensor;
    const predicted = whole.predict(x) as tf.Tensor;
    // The loss of a step is that of what is predicted.
    expect(await step()).toBeCloseTo(predicted.sub(1).square().mean().dataSync()[0] as number, 3);
    expect(base.predict(x) as tf.Tensor).toBeAllClose(before, EXACT);
    unfreeze();
    const moving = () => (base.predict(x) as tf.Tensor).sub(before).abs().max().dataSync()[0] as number;
    await step();
    expect(moving()).toBeGreaterThan(1e-3);
    whole.dispose();
  });
});

/** Fine-tuning: the base is frozen, and its top is thawed again. */
describe.each(Object.keys(NORMALIZED))('%s, thawed in a frozen base that a flat model is made of', (name) => {
  it('trains, and moves its averages; the rest of the base stays', async () => {
    const layer = (NORMALIZED[name] as () => tf.layers.Layer)();
    const top = tf.layers.dense({ units: 4, kernelInitializer: 'ones' });
    const base = sequential(first(), layer, top);
    base.trainable = false;
    layer.trainable = true;
    top.trainable = true;
    const whole = functional(base, head());
    const bottom = base.layers[0] as tf.layers.Layer;
    const of = (...layers: tf.layers.Layer[]) =>
      layers.flatMap((one) => one.getWeights().map((w) => w.clone()));
    const before = { bottom: of(bottom), layer: of(layer), top: of(top) };
    whole.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const x = tf.tensor2d([1, 2, 3, 4, 5, 7, 8, 1, 9, 2, 4, 4, 3, 3, 1, 6, 2, 5, 0, 1, 2, 7, 7, 3], [8, 3]);
    await whole.trainOnBatch(x, tf.ones([8, 1]));
    const moved = (one: tf.layers.Layer, old: tf.Tensor[]) =>
      one.getWeights().map((w, i) => tf.max(tf.abs(tf.sub(w, old[i] as tf.Tensor))).dataSync()[0] as number);
    expect(moved(bottom, before.bottom)).toEqual([0, 0]);
    expect(Math.max(...moved(top, before.top))).toBeGreaterThan(0);
    // The averages are the last two weights, or the last one.
    expect(moved(layer, before.layer).at(-1)).toBeGreaterThan(0);
  });
});
