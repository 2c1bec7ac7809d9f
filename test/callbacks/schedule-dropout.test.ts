import * as tf from '@tensorflow/tfjs';
import {
  annealedDropout,
  constant,
  dropout,
  early,
  linear,
  piecewise,
  type Schedule,
  scheduleDropout,
  valueAt,
} from 'evenkeel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../src/callbacks/layers-of.js';
import { reloaded } from '../support/random-layers.js';

const x = tf.randomNormal([16, 4], 0, 1, 'float32', 1);
const y = tf.ones([16, 2]);
const NAMES = ['hidden_1_dropout', 'hidden_2_dropout', 'top'];

/** Three dropouts that write down the rate of each training call. */
function setUp(make: (name: string) => tf.layers.Layer = (name) => dropout({ name, rate: 0.5, seed: 1 })) {
  const layers = NAMES.map(make);
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4] }), ...layers] });
  model.add(tf.layers.dense({ units: 2 }));
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const rates = layers.map(() => [] as number[]);
  layers.forEach((layer, i) => {
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      const { rate, currentRate } = layer as unknown as { rate: number; currentRate?: number };
      if (kwargs.training) rates[i]?.push(currentRate ?? rate);
      return call(inputs, kwargs);
    };
  });
  return { model, layers, rates };
}
const perEpoch = 4;
const fitOptions = { batchSize: 4, shuffle: false, verbose: 0 } as const;
const fall = (unit: 'steps' | 'epochs' | 'fraction', length: number) =>
  linear({ from: 0.8, to: 0, [unit]: length } as { from: number; to: number; steps: number });

describe('scheduleDropout', () => {
  it.each([
    ['steps', 12],
    ['epochs', 3],
    ['fraction', 1],
  ] as const)('sets the rates of matching layers before each batch, by %s', async (unit, length) => {
    const { model, rates } = setUp();
    const callbacks = scheduleDropout({ 'hidden_*': fall(unit, length) });
    const { history } = await model.fit(x, y, { ...fitOptions, epochs: 3, callbacks });
    const expected = Array.from({ length: 12 }, (_, t) => 0.8 * (1 - t / 12));
    expect(rates[0]).toBeAllClose(expected, { rtol: 1e-12 });
    expect(rates[1]).toEqual(rates[0]);
    expect(rates[2]).toEqual(Array(12).fill(0.5));
    const logged = [3, 7, 11].map((t) => expected[t] as number);
    expect(history['hidden_1_dropout/rate']).toBeAllClose(logged, { rtol: 1e-12 });
    expect(history['top/rate']).toBeUndefined();
  });

  it('works on data sets, in whole epochs where the number of batches is not known', async () => {
    // A generator does not say how many it has.
    const data = tf.data.generator(function* () {
      for (let i = 0; i < 16; i++) yield { xs: x.slice(i, 1).squeeze([0]), ys: y.slice(i, 1).squeeze([0]) };
    });
    const batched = data.batch(4) as tf.data.Dataset<tf.TensorContainer>;
    const run = async (options: object, schedule: Schedule) => {
      const { model, rates } = setUp();
      const callbacks = scheduleDropout({ top: schedule });
      await model.fitDataset(batched, {
        epochs: 2,
        verbose: 0,
        callbacks,
        ...options,
      });
      return rates[2];
    };
    const exact = { rtol: 1e-12 };
    expect(await run({}, fall('steps', 8))).toBeAllClose(
      [0, 1, 2, 3, 4, 5, 6, 7].map((t) => 0.8 * (1 - t / 8)),
      exact,
    );
    expect(await run({}, fall('epochs', 2))).toBeAllClose([0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4], exact);
    expect(await run({ batchesPerEpoch: 2 }, fall('epochs', 2))).toBeAllClose([0.8, 0.6, 0.4, 0.2], exact);
    await expect(run({ initialEpoch: 1 }, fall('steps', 8))).rejects.toThrow(
      'scheduleDropout: what runs by steps cannot go on at epoch 1 of a data set whose length is not known; give fitDataset its batchesPerEpoch.',
    );
  });

  it.each(['steps', 'epochs', 'fraction'] as const)(
    'goes on where a training was left, by %s',
    async (unit) => {
      const schedule = fall(unit, { steps: 12, epochs: 3, fraction: 1 }[unit]);
      const whole = setUp();
      await whole.model.fit(x, y, {
        ...fitOptions,
        epochs: 3,
        callbacks: scheduleDropout({ '*': schedule }),
      });
      const parts = setUp();
      for (const [initialEpoch, epochs] of [
        [0, 1],
        [1, 3],
      ] as const) {
        const callbacks = scheduleDropout({ '*': schedule }, { epochs: 3 });
        await parts.model.fit(x, y, { ...fitOptions, initialEpoch, epochs, callbacks });
      }
      expect(parts.rates).toEqual(whole.rates);
    },
  );

  it('counts the batches that are trained: not those of validation, and the last in part', async () => {
    const { model, rates } = setUp();
    const callbacks = scheduleDropout({ top: fall('epochs', 2) });
    const options = { ...fitOptions, batchSize: 5, validationSplit: 0.25 };
    await model.fit(x, y, { ...options, epochs: 2, callbacks });
    expect(rates[2]).toBeAllClose(
      [0, 1, 2, 3, 4, 5].map((t) => 0.8 * (1 - t / 6)),
      { rtol: 1e-12 },
    );
  });

  it('neither compiles nor builds anything, and keeps no tensor', async () => {
    const { model } = setUp();
    const callbacks = () => scheduleDropout({ '*': fall('fraction', 1) });
    await model.fit(x, y, { ...fitOptions, epochs: 1, callbacks: callbacks() });
    const weights = () => model.weights.map((w) => w.id);
    const before = [model.optimizer, [...model.layers], weights(), tf.memory().numTensors];
    await model.fit(x, y, { ...fitOptions, epochs: 3, callbacks: callbacks() });
    const after = [model.optimizer, [...model.layers], weights(), tf.memory().numTensors];
    after.forEach((value, i) => {
      expect(value).toEqual(before[i]);
    });
    expect(after[0]).toBe(before[0]);
  });

  it('tells annealedDropout the epoch and the part of training', async () => {
    for (const args of [
      { rate: 0.8, epochs: 3 },
      { schedule: fall('fraction', 1) },
      { rate: 0.8, steps: 12 },
    ]) {
      const { model, rates } = setUp((name) => annealedDropout({ name, seed: 1, ...args }));
      const { history } = await model.fit(x, y, { ...fitOptions, epochs: 3, callbacks: scheduleDropout() });
      expect(rates[0]).toBeAllClose(
        Array.from({ length: 12 }, (_, t) => 0.8 * (1 - t / 12)),
        { rtol: 1e-12 },
      );
      expect(history['top/rate']).toBeAllClose(
        [3, 7, 11].map((t) => 0.8 * (1 - t / 12)),
        { rtol: 1e-12 },
      );
    }
  });

  it('without it annealedDropout by the epoch says what is missing', async () => {
    const { model } = setUp((name) => annealedDropout({ name, rate: 0.5, epochs: 3 }));
    await expect(model.fit(x, y, { ...fitOptions, epochs: 1 })).rejects.toThrow(
      'annealedDropout: hidden_1_dropout anneals by the epoch, which it was not told; give fit `callbacks: scheduleDropout()`, or call setTime.',
    );
  });

  it('does not leave its time for a training that is told none', async () => {
    const { model } = setUp((name) => annealedDropout({ name, rate: 0.5, epochs: 3 }));
    await model.fit(x, y, { ...fitOptions, epochs: 1, callbacks: scheduleDropout() });
    await expect(model.fit(x, y, { ...fitOptions, epochs: 1 })).rejects.toThrow('which it was not told');
    expect(() => scheduleDropout().apply(model, 3)).not.toThrow();
    await expect(model.trainOnBatch(x, y)).rejects.toThrow('which it was not told');
  });

  it('sets layers that were added since it was used last', () => {
    const { model } = setUp();
    const callbacks = scheduleDropout({ '*': constant(0.25) });
    callbacks.apply(model, 0);
    (model as tf.Sequential).add(dropout({ name: 'late', rate: 0.5 }));
    callbacks.apply(model, 0);
    expect(callbacks.values(model)['late/rate']).toBe(0.25);
  });

  it('sets built-in layers too, in nested models and in wrappers', async () => {
    const inner = tf.sequential({
      layers: [tf.layers.dropout({ name: 'deep', rate: 0.5, inputShape: [5, 4] })],
    });
    const wrapped = tf.layers.timeDistributed({
      name: 'wrapper',
      layer: dropout({ name: 'inside', rate: 0.5 }),
    });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [5, 4] }), inner, wrapped] });
    const callback = scheduleDropout({ deep: constant(0.1), 'in*': constant(0.2) });
    callback.apply(model, 0);
    expect(callback.values(model)).toEqual({ 'deep/rate': 0.1, 'inside/rate': 0.2 });
  });

  it('of two patterns lets the later hold, and takes dots as they are', () => {
    const { model } = setUp((name) => dropout({ name: name === 'top' ? 'a.top' : name, rate: 0.5 }));
    const callback = scheduleDropout({ '*': constant(0.1), 'a.t?p': constant(0.2) });
    callback.apply(model, { step: 3 });
    expect(Object.values(callback.values(model))).toEqual([0.1, 0.1, 0.2]);
    expect(() => scheduleDropout({ 'a.t.p': constant(0.2) }).apply(model, 0)).toThrow('a pattern must be');
  });

  it('leaves in the layers, and in what is saved, the rate that held last', async () => {
    const { model } = setUp();
    await model.fit(x, y, {
      ...fitOptions,
      epochs: 2,
      callbacks: scheduleDropout({ top: fall('fraction', 1) }),
    });
    const loaded = await reloaded(model);
    expect(loaded.getLayer('top').getConfig().rate).toBe(valueAt(fall('fraction', 1), { fraction: 7 / 8 }));
    loaded.dispose();
  });

  it('can be used with other callbacks, and again', async () => {
    const { model } = setUp();
    const callback = scheduleDropout({ top: early({ rate: 0.4, epochs: 2 }) });
    const stop = tf.callbacks.earlyStopping({ monitor: 'loss', patience: 99 });
    for (let i = 0; i < 2; i++) {
      const { history } = await model.fit(x, y, { ...fitOptions, epochs: 2, callbacks: [callback, stop] });
      expect(history['top/rate']).toBeAllClose([0.4 * (1 - 3 / 8), 0.4 * (1 - 7 / 8)], { rtol: 1e-12 });
    }
  });

  it('refuses a pattern that means nothing, and says what there is', async () => {
    const { model } = setUp();
    const trainWith = (schedules: Record<string, Schedule>) =>
      model.fit(x, y, { ...fitOptions, epochs: 1, callbacks: scheduleDropout(schedules) });
    await expect(trainWith({ 'hiden_*': constant(0.1) })).rejects.toThrow(
      "scheduleDropout: a pattern must be of the name of a layer with a rate (there are: hidden_1_dropout, hidden_2_dropout, top), received 'hiden_*'.",
    );
    await expect(trainWith({ 'dense*': constant(0.1) })).rejects.toThrow(
      /\(there are: .*; dense_Dense\d+.* cannot be scheduled\), received 'dense\*'\.$/,
    );
  });

  it('refuses an option that it does not know', () => {
    expect(() => scheduleDropout({}, { epoch: 20 } as never)).toThrow(
      "scheduleDropout: an option must be 'epochs', received 'epoch'.",
    );
  });

  it.each([
    [
      { a: linear({ from: 1.5, to: 0, steps: 3 }) },
      /^scheduleDropout: 'a' must be a schedule within 0 to 1 /,
    ],
    [{ a: 0.5 }, /^scheduleDropout: 'a' must be a schedule of kind .*, received 0\.5\.$/],
    [
      { a: { kind: 'linear', from: 1, to: 0 } },
      /^scheduleDropout: 'a': one of steps, epochs and fraction must be given/,
    ],
  ])('refuses %j', (schedules, message) => {
    expect(() => scheduleDropout(schedules as never)).toThrow(message);
  });

  it.each([[linear({ from: 1, to: 0, steps: 3 })], [null], [[constant(0.1)]]])(
    'refuses %j in place of schedules by name',
    (given) => {
      expect(() => scheduleDropout(given as never)).toThrow(
        /^scheduleDropout: its argument must be an object of schedules by the names of layers, such as \{.*\}, received .*\.$/,
      );
    },
  );

  it('refuses what its layers cannot do', () => {
    const gaussian = setUp((name) => dropout({ name, rate: 0.5, noise: 'gaussian' })).model;
    expect(() => scheduleDropout({ top: linear({ from: 0, to: 1, steps: 3 }) }).apply(gaussian, 0)).toThrow(
      /^scheduleDropout: the schedule of top must be within the rates that it takes \(dropout: rate must be below 1 .*\), received \{.*\}\.$/,
    );
    const own = setUp((name) => annealedDropout({ name, rate: 0.5, steps: 3 })).model;
    expect(() => scheduleDropout({ top: constant(0.1) }).apply(own, 0)).toThrow(
      "scheduleDropout: the pattern 'top' must be of layers without a schedule of their own, received 'top'.",
    );
    const builtIn = setUp((name) => tf.layers.dropout({ name, rate: 0.5 })).model;
    expect(() => scheduleDropout({ top: constant(1) }).apply(builtIn, 0)).toThrow(
      "scheduleDropout: the schedule of top must be below 1, where tfjs's own layer does not drop all, received 1.",
    );
    expect(() => scheduleDropout({}, { epochs: 0 })).toThrow(
      'scheduleDropout: epochs must be a positive integer, received 0.',
    );
  });

  it('follows a course of many points in the middle of an epoch', async () => {
    const { model, rates } = setUp();
    const course = piecewise({
      steps: [
        [0, 0.1],
        [2, 0.1],
        [2, 0.7],
        [6, 0.3],
      ],
    });
    await model.fit(x, y, { ...fitOptions, epochs: 2, callbacks: scheduleDropout({ top: course }) });
    expect(rates[2]).toBeAllClose([0.1, 0.1, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3], { rtol: 1e-12 });
    expect(perEpoch * 2).toBe(rates[2]?.length);
  });
});

describe('a pattern', () => {
  it('means what its expression does, of any stars and question marks', () => {
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 7 });
    const expression = (pattern: string) =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
    fc.assert(
      fc.property(text('ab*?.'), text('ab.'), (pattern, name) => {
        expect(matches(pattern, name)).toBe(expression(pattern).test(name));
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  it('of many stars takes no longer than its length asks', () => {
    // As an expression it takes hours.
    expect(matches(`${'*a'.repeat(30)}*c`, `${'a'.repeat(60)}b`)).toBe(false);
    expect(matches(`${'*a'.repeat(30)}*b`, `${'a'.repeat(60)}b`)).toBe(true);
  });
});
