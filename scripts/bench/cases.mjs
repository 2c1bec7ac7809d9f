/** What is compared: in each group every variant does the same work as the first, which the others are divided by. */
import * as tf from '@tensorflow/tfjs';
import {
  cosineConv2d,
  cosineDense,
  dropConnectDense,
  dropout,
  fold,
  standoutDense,
  weightNorm,
} from '../../dist/src/index.js';
import { NaiveCosine, NaiveWeightNorm } from './naive.mjs';

const relu = { activation: 'relu' };

/** 784-1000-1000-10, batch 128. */
const dense = {
  input: () => tf.randomUniform([128, 784]),
  target: () => tf.oneHot(tf.randomUniform([128], 0, 10, 'int32'), 10).toFloat(),
  /** @param hidden a layer, or a list of them, for a number of units */
  model(hidden) {
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: [784] }));
    for (const units of [1000, 1000]) for (const layer of [hidden(units)].flat()) model.add(layer);
    model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
    return model;
  },
};

/** 3x3, 32 to 64 channels, 28x28, batch 32. */
const conv = {
  input: () => tf.randomUniform([32, 28, 28, 32]),
  target: () => tf.zeros([32, 28, 28, 64]),
  model(layer) {
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: [28, 28, 32] }));
    model.add(layer);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    return model;
  },
};
const filters = { filters: 64, kernelSize: 3, padding: 'same', ...relu };

const denseLayer = (units) => tf.layers.dense({ units, ...relu });
const normalized = (units) => weightNorm({ layer: denseLayer(units) });
const cosine = (units) => cosineDense({ units, ...relu });

const standout = (units) => standoutDense({ units, ...relu, seed: 1 });
const dropConnect = (maskPer) => (units) => dropConnectDense({ units, ...relu, rate: 0.5, maskPer, seed: 1 });
const followedBy = (layer) => (units) => [denseLayer(units), layer()];

function trained({ input, target }, models) {
  const [x, y] = [input(), target()];
  return Object.entries(models).map(([name, model]) => ({ name, run: () => model.trainOnBatch(x, y) }));
}

function predicted({ input }, models) {
  const x = input();
  return Object.entries(models).map(([name, model]) => ({
    name,
    run: async () => {
      const y = model.predictOnBatch(x);
      await y.data();
      y.dispose();
    },
  }));
}

const trainDense = () =>
  trained(dense, {
    dense: dense.model(denseLayer),
    cosine: dense.model(cosine),
    'cosine, naive': dense.model((units) => new NaiveCosine({ units })),
    'weight norm': dense.model(normalized),
    'weight norm, naive': dense.model((units) => new NaiveWeightNorm({ units })),
  });

const trainDropout = () =>
  trained(dense, {
    dense: dense.model(denseLayer),
    'dropout, rate 0.5': dense.model(followedBy(() => dropout({ rate: 0.5, seed: 1 }))),
    'dropout, rate 0.3': dense.model(followedBy(() => dropout({ rate: 0.3, seed: 1 }))),
    'dropout, built in': dense.model(followedBy(() => tf.layers.dropout({ rate: 0.5 }))),
    standout: dense.model(standout),
  });

const trainDropConnect = () =>
  trained(dense, {
    dense: dense.model(denseLayer),
    'a mask a batch': dense.model(dropConnect('batch')),
    'a mask an example': dense.model(dropConnect('example')),
  });

const trainConv = () =>
  trained(conv, {
    conv2d: conv.model(tf.layers.conv2d(filters)),
    cosine: conv.model(cosineConv2d(filters)),
    'cosine, naive': conv.model(new NaiveCosine({ filters: 64, kernelSize: 3 })),
    'weight norm': conv.model(weightNorm({ layer: tf.layers.conv2d(filters) })),
    'weight norm, naive': conv.model(new NaiveWeightNorm({ filters: 64, kernelSize: 3 })),
  });

const predictFolded = () => {
  const own = dense.model(normalized);
  return predicted(dense, {
    dense: dense.model(denseLayer),
    'weight norm, folded': fold(own),
    'weight norm': own,
  });
};

/** `limits`: the largest ratio that is promised, by variant. */
export const GROUPS = [
  {
    title: 'training step, 784-1000-1000-10, batch 128, SGD',
    backend: 'native',
    variants: trainDense,
    limits: { cosine: 1.4, 'weight norm': 1.35 },
    batch: 10,
  },
  {
    title: 'training step, 784-1000-1000-10, batch 128, SGD',
    backend: 'wasm',
    variants: trainDense,
    limits: { cosine: 1.1, 'weight norm': 1.1 },
    batch: 1,
  },
  {
    title: 'training step with dropout, 784-1000-1000-10, batch 128, SGD',
    backend: 'native',
    variants: trainDropout,
    limits: { 'dropout, rate 0.5': 1.15, 'dropout, rate 0.3': 1.15, standout: 1.35 },
    batch: 10,
  },
  {
    title: 'training step with drop connect, 784-1000-1000-10, batch 128, SGD',
    backend: 'native',
    variants: trainDropConnect,
    limits: { 'a mask a batch': 1.8 },
    batch: 1,
  },
  {
    title: 'training step, conv2d 3x3, 32 to 64 channels, 28x28, batch 32, SGD',
    backend: 'native',
    variants: trainConv,
    limits: { cosine: 1.3, 'weight norm': 1.3 },
    batch: 2,
  },
  {
    title: 'prediction, 784-1000-1000-10, batch 128',
    backend: 'native',
    variants: predictFolded,
    limits: { 'weight norm, folded': 1.02 },
    batch: 20,
  },
];
