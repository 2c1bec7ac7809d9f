/** Every optimizer of tfjs: compiled steps have the bits of steps op by op, whatever becomes of the rate. */
import * as tf from '@tensorflow/tfjs';
import { linear, scheduleLearningRate } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import {
  classes,
  expectSame,
  normal,
  type Program,
  STEPS,
  seeded,
  train,
  weightsOf,
} from '../support/compiled.js';

const { layers } = tf;

interface Rated {
  learningRate: number;
  setLearningRate?(rate: number): void;
}
const setRate = ({ optimizer }: tf.LayersModel, rate: number): void => {
  const rated: tf.Optimizer & Partial<Rated> = optimizer;
  if (rated.setLearningRate) rated.setLearningRate(rate);
  else rated.learningRate = rate;
};

/** Which of them take another rate without another graph: those that say so. */
const FOLLOWS = ['sgd', 'momentum', 'Nesterov momentum', 'adam'];

const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  'Nesterov momentum': () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.01, 0.8, 0.95, 1e-4),
  adamax: () => tf.train.adamax(0.01),
  rmsprop: () => tf.train.rmsprop(0.01),
  'centred rmsprop': () => tf.train.rmsprop(0.01, 0.9, 0.9, 1e-7, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
};

const netOf = (optimizer: tf.Optimizer): tf.Sequential => {
  const model = seeded(
    tf.sequential({
      layers: [
        layers.dense({ units: 10, activation: 'relu', inputShape: [12] }),
        layers.batchNormalization(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  );
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
};
const batch = (step: number): [tf.Tensor, tf.Tensor] => [normal([8, 12], step), classes(8, 3)];

/** What an optimizer keeps; tfjs has not written it for adamax. */
const saved = async ({ optimizer }: tf.LayersModel): Promise<number[][]> =>
  (optimizer instanceof tf.AdamaxOptimizer ? [] : await optimizer.getWeights()).map(({ tensor }) =>
    Array.from(tensor.dataSync()),
  );

describe.each(Object.keys(optimizers))('%s', (name) => {
  const make = optimizers[name]!;

  const stepped =
    (steps: number, change: (model: tf.LayersModel, step: number) => void): Program =>
    async (watch) => {
      const model = watch(netOf(make()));
      const losses = await train(model, { steps, batch, change: (step) => change(model, step) });
      return { losses, weights: weightsOf(model), saved: await saved(model) };
    };

  it('has the same steps, and a rate that is set in the middle', async () => {
    const [first, second] = [Math.ceil(0.3 * STEPS), Math.ceil(0.6 * STEPS)];
    const halve = (model: tf.LayersModel, step: number) => {
      if (step === first) setRate(model, 0.02);
      if (step === second) setRate(model, 0.005);
    };
    const [report] = await expectSame(stepped(STEPS, halve));
    expect(report!.training).toHaveLength(1);
    expect(report!.training[0]!.graphs).toHaveLength(FOLLOWS.includes(name) ? 1 : 3);
  });

  it('has the same steps where the optimizer is left as it is', async ({ skip }) => {
    skip(name === 'centred rmsprop', 'that of tfjs divides by 0');
    const only = ['gradient', 'kernel', 'layer', 'training'] as const;
    await expectSame(
      stepped(STEPS, () => {}),
      { only },
    );
  });

  it('follows a schedule in fit, or is left alone where it would be another graph at each step', async () => {
    const program: Program = async (watch) => {
      const model = watch(netOf(make()));
      const callbacks = [scheduleLearningRate(linear({ from: 0.1, to: 0.001, epochs: 4 }))];
      const { history } = await model.fit(normal([96, 12], 1), classes(96, 3), {
        ...{ epochs: 5, batchSize: 8, shuffle: false, verbose: 0, callbacks },
      });
      return { history: Object.values(history).map((list) => list.map(Number)), weights: weightsOf(model) };
    };
    await expectSame(program, FOLLOWS.includes(name) ? {} : { reason: /learningRate of the optimizer/ });
  });
});

it('adam counts on where steps are made by the optimizer itself in between', () =>
  expectSame(async (watch) => {
    const model = watch(netOf(optimizers.adam!()));
    const own = (step: number) => {
      if (step % 5 !== 3) return;
      const [x, y] = batch(step);
      model.optimizer.minimize(() => tf.losses.logLoss(y, model.apply(x) as tf.Tensor) as tf.Scalar);
    };
    const losses = await train(model, { steps: 40, batch, change: own });
    return { losses, weights: weightsOf(model), saved: await saved(model) };
  }));

it('two models may share an optimizer', () =>
  expectSame(async (watch) => {
    const optimizer = tf.train.momentum(0.05, 0.9);
    const [a, b] = [watch(netOf(optimizer)), watch(netOf(optimizer))];
    const other: number[][] = [];
    const change = async (step: number) => {
      if (step > 4) other.push(...(await train(b, { steps: 1, batch })));
    };
    const losses: number[][] = [];
    for (let step = 0; step < 20; step++) {
      await change(step);
      losses.push(...(await train(a, { steps: 1, batch: () => batch(step) })));
    }
    return { losses, other, a: weightsOf(a), b: weightsOf(b) };
  }));

class Decaying extends tf.AdamOptimizer {
  override applyGradients(gradients: Parameters<tf.AdamOptimizer['applyGradients']>[0]): void {
    this.learningRate *= 0.95;
    super.applyGradients(gradients);
  }
}

it('one that changes its rate itself is found, and left as it is', () =>
  expectSame(
    async (watch) => {
      const model = watch(netOf(new Decaying(0.01, 0.9, 0.999, 1e-7)));
      return { losses: await train(model, { batch }), weights: weightsOf(model) };
    },
    { reason: /it changes learningRate of the optimizer itself/ },
  ));
