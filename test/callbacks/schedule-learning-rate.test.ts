import * as tf from '@tensorflow/tfjs';
import { constant, cosine, exponential, linear, scheduleLearningRate, valueAt } from 'evenkeel';
import { describe, expect, it } from 'vitest';

const x = tf.randomNormal([12, 3], 0, 1, 'float32', 1);
const y = tf.ones([12, 2]);
const STEPS = 6;
const fitOptions = { batchSize: 4, shuffle: false, verbose: 0, epochs: 2 } as const;
const schedule = linear({ from: 0.1, to: 0.01, steps: STEPS });

const OPTIMIZERS: Record<string, (rate: number) => tf.Optimizer> = {
  sgd: tf.train.sgd,
  momentum: (rate) => tf.train.momentum(rate, 0.9),
  nesterov: (rate) => tf.train.momentum(rate, 0.9, true),
  adagrad: tf.train.adagrad,
  adadelta: tf.train.adadelta,
  adam: tf.train.adam,
  adamax: tf.train.adamax,
  rmsprop: tf.train.rmsprop,
  'rmsprop, centered': (rate) => tf.train.rmsprop(rate, 0.9, 0.5, 1e-7, true),
};

function modelWith(optimizer: tf.Optimizer): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer })],
  });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}
const kernel = (model: tf.LayersModel) => (model.getWeights()[0] as tf.Tensor).dataSync();

describe('scheduleLearningRate', () => {
  it.each(Object.entries(OPTIMIZERS))('%s takes each step at the rate of its time', async (_, make) => {
    const scheduled = modelWith(make(0.5));
    const { history } = await scheduled.fit(x, y, {
      ...fitOptions,
      callbacks: scheduleLearningRate(schedule),
    });

    // The same steps with an optimizer whose rate is set by hand, once as it is made.
    const byHand = modelWith(make(0.1));
    const optimizer = byHand.optimizer as unknown as { learningRate: number; c?: tf.Scalar };
    for (let step = 0; step < STEPS; step++) {
      const rate = valueAt(schedule, step);
      optimizer.learningRate = rate;
      if (optimizer.c) optimizer.c = tf.keep(tf.scalar(-rate));
      const batch = step % 3;
      await byHand.trainOnBatch(x.slice(batch * 4, 4), y.slice(batch * 4, 4));
    }
    expect(kernel(scheduled)).toEqual(kernel(byHand));
    expect(history.learningRate).toEqual([valueAt(schedule, 2), valueAt(schedule, 5)]);

    const constantRate = modelWith(make(0.1));
    await constantRate.fit(x, y, fitOptions);
    expect(kernel(scheduled)).not.toEqual(kernel(constantRate));
  });

  it.each(Object.entries(OPTIMIZERS))('%s keeps no tensor from step to step', async (_, make) => {
    const model = modelWith(make(0.5));
    const train = () => model.fit(x, y, { ...fitOptions, callbacks: scheduleLearningRate(schedule) });
    await train();
    const before = tf.memory().numTensors;
    await train();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is constant SGD with a constant, to the bit', async () => {
    const [a, b] = [modelWith(tf.train.sgd(0.3)), modelWith(tf.train.sgd(0.05))];
    await a.fit(x, y, fitOptions);
    await b.fit(x, y, { ...fitOptions, callbacks: scheduleLearningRate(constant(0.3)) });
    expect(kernel(b)).toEqual(kernel(a));
  });

  it('stops at a rate of 0', async () => {
    const model = modelWith(tf.train.adam(0.1));
    const before = kernel(model);
    await model.fit(x, y, { ...fitOptions, callbacks: scheduleLearningRate(constant(0)) });
    expect(kernel(model)).toEqual(before);
  });

  it.each([
    [
      linear({ from: 0.1, to: -0.1, steps: 3 }),
      /^scheduleLearningRate: schedule must be of finite rates from 0 on \(this one goes from -0\.1 to 0\.1\), received/,
    ],
    [exponential({ from: 0.1, factor: 2, epochs: 3 }), /this one goes from 0\.1 to Infinity/],
    [0.1, /^scheduleLearningRate: schedule must be a schedule of kind .*, received 0\.1\.$/],
  ])('refuses %j', (schedule, message) => {
    expect(() => scheduleLearningRate(schedule as never)).toThrow(message);
  });

  it('says where there is nothing to set', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const callback = scheduleLearningRate(cosine({ from: 0.1, to: 0, epochs: 3 }));
    expect(() => callback.apply(model, { epoch: 1 })).toThrow(
      'scheduleLearningRate: the model has no optimizer; compile it first.',
    );
  });
});
