/** Every layer of evenkeel in a small net: compiled steps have the bits of steps op by op. */
import * as tf from '@tensorflow/tfjs';
import { cosineDense, dropConnectDense, dropout, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { classes, expectSame, normal, STEPS, seeded, train, used, weightsOf } from '../support/compiled.js';
import { everyLayer } from '../support/every-layer.js';

const { layers } = tf;

/** The shapes of examples where they are no vectors. */
const SHAPES: Record<string, number[]> = {
  cosineConv1d: [6, 3],
  cosineConv2d: [5, 4, 3],
  layerNormLSTMCell: [3, 4],
};

const optimizers = {
  adam: () => tf.train.adam(0.01),
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.01),
};

/** Whether it makes one vector of a sequence. */
const isSequence = (layer: tf.layers.Layer): boolean => layer instanceof tf.RNN || 'layer' in layer;

/** A net around a layer: a dense one before it, which gradients must reach, and a softmax. */
const netOf = (layer: tf.layers.Layer, shape: number[]): tf.Sequential =>
  tf.sequential({
    layers: [
      layers.dense({ units: 8, activation: 'tanh', inputShape: shape }),
      layer,
      ...(isSequence(layer) || shape.length === 1 ? [] : [layers.flatten()]),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

async function same(
  make: () => tf.layers.Layer,
  shape: number[],
  optimizer: () => tf.Optimizer,
): Promise<void> {
  const [report] = await expectSame(async (watch) => {
    const model = watch(seeded(netOf(make(), shape)));
    model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const batch = (step: number): [tf.Tensor, tf.Tensor] => [normal([8, ...shape], step), classes(8, 3)];
    const losses = await train(model, { steps: STEPS, batch });
    return { losses, weights: weightsOf(model), used: used(model, ...batch(99)) };
  });
  const { training, evaluation, prediction } = report!;
  expect([training, evaluation, prediction].map((all) => all.length)).toEqual([1, 1, 1]);
  // All but those that were recorded, or made op by op to check.
  expect(training[0]!.graphs.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThan(STEPS - 10);
}

type RnnCell = Parameters<typeof layers.rnn>[0]['cell'];

const kinds = Object.entries(optimizers);

describe.each(everyLayer)('$name', ({ name, make }) => {
  const shape = SHAPES[name] ?? [12];
  const layer = (): tf.layers.Layer => {
    // A seed is one more argument, which layers without random numbers refuse.
    const isDrawing = /[dD]ropout|dropConnect|standout|rrelu/.test(name);
    const made = make(isDrawing ? { seed: 1 } : {});
    if (name.endsWith('Cell')) return layers.rnn({ cell: made as RnnCell });
    return made as tf.layers.Layer;
  };
  const at = everyLayer.findIndex((one) => one.name === name) % kinds.length;
  const [optimizer, makeOptimizer] = kinds[at]!;
  it(`with ${optimizer}`, () => same(layer, shape, makeOptimizer));
});

const drawn = { rate: 0.4, seed: 1 };
const variants: Record<string, () => tf.layers.Layer> = {
  'dropout of Gaussian noise': () => dropout({ ...drawn, noise: 'gaussian' }),
  'dropout that is always on': () => dropout({ ...drawn, alwaysOn: true }),
  'classical dropout': () => dropout({ ...drawn, scaling: 'classical' }),
  'dropConnectDense with a mask for each batch': () =>
    dropConnectDense({ units: 4, ...drawn, maskPer: 'batch' }),
  'dropConnectDense that samples': () =>
    dropConnectDense({ units: 4, ...drawn, inference: 'sample', samples: 3 }),
  'cosineDense, centred': () => cosineDense({ units: 4, center: true }),
};

it.each(Object.entries(variants))('%s', (_, make) => same(make, [12], optimizers.sgd));

it('weightNorm of a recurrent layer', () =>
  same(() => weightNorm({ layer: layers.lstm({ units: 4 }) }), [3, 4], optimizers.adam));
