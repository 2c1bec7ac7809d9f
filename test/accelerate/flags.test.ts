/** With tfjs's flags for tests and for debugging on, accelerated layers leak and print nothing more than tfjs does. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { accelerated } from '../support/accelerated.js';

const FLAGS = ['IS_TEST', 'DEBUG'] as const;

afterEach(() => {
  vi.restoreAllMocks();
  for (const flag of FLAGS) tf.env().set(flag, false);
});

const layers: [string, () => tf.layers.Layer, number[]][] = [
  ['dense', () => tf.layers.dense({ units: 3, activation: 'relu' }), [4, 2]],
  ['batch normalization', () => tf.layers.batchNormalization(), [4, 2]],
  ['layer normalization', () => tf.layers.layerNormalization(), [4, 2]],
  ['dropout', () => tf.layers.dropout({ rate: 0.5 }), [4, 2]],
  // Over one step they are accelerated on webgl too.
  ['lstm', () => tf.layers.lstm({ units: 2, recurrentInitializer: 'glorotNormal' }), [2, 1, 2]],
  ['gru', () => tf.layers.gru({ units: 2, recurrentInitializer: 'glorotNormal' }), [2, 1, 2]],
];

/** What is printed, thrown and left behind. */
async function observe(f: () => void | Promise<void>) {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const before = tf.memory().numTensors;
  let thrown: unknown = null;
  try {
    await f();
  } catch (error) {
    thrown = error;
  }
  const left = tf.memory().numTensors - before;
  // tfjs prints once the values are there.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [warnings, lines] = [warn, log].map(({ mock }) => mock.calls);
  vi.restoreAllMocks();
  return { thrown, left, warnings, lines };
}

function turnOn(flag: (typeof FLAGS)[number]): void {
  // Of itself, that debugging is on.
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  tf.env().set(flag, true);
  warn.mockRestore();
}

it.each(FLAGS)('to accelerate and to restore does, under %s', async (flag) => {
  turnOn(flag);
  const nothing = { thrown: null, warnings: [], lines: [] };
  expect(await observe(() => accelerated(() => {}))).toMatchObject(nothing);
});

describe.each(layers)('%s', (_, make, shape) => {
  it.each(FLAGS)('does, under %s', async (flag) => {
    const layer = make();
    const x = tf.ones(shape);
    layer.apply(x);
    const slope = tf.grad((x: tf.Tensor) => (layer.apply(x, { training: true }) as tf.Tensor).square().sum());
    turnOn(flag);
    const seen = await accelerated(() => observe(() => slope(x).dispose()));
    expect(seen).toMatchObject({ thrown: null, left: 0, warnings: [] });
    tf.dispose(x);
    layer.dispose();
  });
});

it.for(FLAGS)('a training step of a model does, under %s', async (flag, { skip }) => {
  const alone = flag === 'IS_TEST' && tf.getBackend() === 'wasm';
  skip(
    alone,
    "there tfjs's own convolution is a leak to its engine, whose wasm backend copies what is saved",
  );
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 2] }),
      tf.layers.batchNormalization({ axis: [3] as never }),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 1 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const [x, y] = [tf.ones([2, 4, 4, 2]), tf.oneHot(tf.tensor1d([0, 2], 'int32'), 3)];
  const step = async () => void (await model.trainOnBatch(x, y));
  await accelerated(async () => {
    // The first step makes what the optimizer keeps.
    await step();
    turnOn(flag);
    expect(await observe(step)).toMatchObject({ thrown: null, left: 0, warnings: [] });
  });
  tf.dispose([x, y]);
  model.optimizer.dispose();
  model.dispose();
});
