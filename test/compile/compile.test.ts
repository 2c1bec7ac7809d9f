/** Steps as graphs: the same numbers as op by op, whatever changes between two of them, or a reason why not. */
import * as tf from '@tensorflow/tfjs';
import { annealedDropout, dropConnectDense, dropout } from 'evenkeel';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const { layers } = tf;
const dense = (units: number, args: object = {}) => layers.dense({ units, activation: 'relu', ...args });
const first = (units: number) => dense(units, { inputShape: [12] });
const softmax = () => layers.dense({ units: 5, activation: 'softmax' });

const seeded = (model: tf.LayersModel): tf.LayersModel => {
  const weights = model
    .getWeights()
    .map((w, i) => (w.rank > 1 ? tf.randomNormal(w.shape, 0, 0.3, 'float32', i + 1) : tf.clone(w)));
  model.setWeights(weights);
  return model;
};

interface Net {
  layers: () => tf.layers.Layer[];
  optimizer?: () => tf.Optimizer;
  /** Before each step. */
  change?: (model: tf.Sequential, step: number) => void;
  sizes?: number[];
}

/** Losses and weights of steps op by op, or compiled. */
async function trained(net: Net, compile: boolean, steps = 12) {
  accelerate(compile ? { compile: true } : {});
  const model = tf.sequential({ layers: net.layers() });
  seeded(model);
  model.compile({
    optimizer: net.optimizer?.() ?? tf.train.sgd(0.1),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    net.change?.(model, i);
    const size = net.sizes?.[i % net.sizes.length] ?? 32;
    const x = tf.randomNormal([size, 12], 0, 1, 'float32', i + 1);
    const y = tf.oneHot(tf.range(0, size, 1, 'int32').mod(tf.scalar(5, 'int32')), 5).toFloat();
    losses.push(...[await model.trainOnBatch(x, y)].flat());
  }
  const report = accelerate.compiled(model);
  const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
  accelerate.restore();
  return { losses, weights, report, model };
}

/** Trains both ways, to the same bits. */
async function expectSame(net: Net, steps?: number) {
  const opByOp = await trained(net, false, steps);
  const compiled = await trained(net, true, steps);
  expect(compiled.losses).toEqual(opByOp.losses);
  expect(compiled.weights).toEqual(opByOp.weights);
  return compiled.report;
}

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((line: string) => warnings.push(line));
});
afterEach(() => {
  accelerate.restore();
  vi.restoreAllMocks();
  tf.disposeVariables();
});

const plain = () => [first(16), softmax()];

describe('a compiled step', () => {
  const optimizers = {
    sgd: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.1, 0.9),
    'Nesterov momentum': () => tf.train.momentum(0.1, 0.9, true),
    adam: () => tf.train.adam(0.01),
    adamax: () => tf.train.adamax(0.01),
    rmsprop: () => tf.train.rmsprop(0.01),
    'centred rmsprop': () => tf.train.rmsprop(0.01, 0.9, 0.9, 1e-7, true),
    adagrad: () => tf.train.adagrad(0.1),
    adadelta: () => tf.train.adadelta(0.1),
  };
  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(`has the bits of one op by op with ${name}`, async () => {
      const { training } = await expectSame({ layers: plain, optimizer });
      expect(training[0]).toMatchObject({ compiled: true, reason: null });
      expect(training[0]?.graphs[0]?.steps).toBeGreaterThan(6);
      expect(warnings).toEqual([]);
    });
  }

  it('draws the same masks', async () => {
    const drops = () => [first(16), dropout({ rate: 0.5, seed: 1 }), softmax()];
    expect((await expectSame({ layers: drops })).training[0]?.compiled).toBe(true);
    const anneals = () => [first(16), annealedDropout({ rate: 0.7, steps: 9, seed: 1 }), softmax()];
    expect((await expectSame({ layers: anneals }, 16)).training[0]?.compiled).toBe(true);
  });

  it('counts no step of a layer that was not told the time', async () => {
    accelerate({ compile: true });
    const drop = annealedDropout({ rate: 0.5, epochs: 4, seed: 1 });
    const model = tf.sequential({ layers: [first(16), drop, softmax()] });
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const step = () => model.trainOnBatch(tf.ones([8, 12]), tf.oneHot(tf.zeros([8], 'int32'), 5).toFloat());
    drop.setTime({ epoch: 1 });
    for (let i = 0; i < 6; i++) await step();
    expect(accelerate.compiled(model).training[0]?.compiled).toBe(true);
    drop.setTime(null);
    await expect(step()).rejects.toThrow(/was not told/);
    expect(drop.step).toBe(6);
    drop.setTime({ epoch: 2 });
    await step();
    expect(drop.step).toBe(7);
  });

  it('is made for a copy of a model too, which trains as the model does', async () => {
    accelerate({ compile: true });
    const { model } = await trained({ layers: plain }, true);
    accelerate({ compile: true });
    const copy = tf.sequential();
    for (const layer of model.layers) {
      const Class = layer.constructor as unknown as tf.serialization.SerializableConstructor<tf.layers.Layer>;
      copy.add(Class.fromConfig(Class, layer.getConfig()));
    }
    copy.setWeights(model.getWeights());
    const x = tf.randomNormal([32, 12], 0, 1, 'float32', 3);
    const y = tf.oneHot(tf.range(0, 32, 1, 'int32').mod(tf.scalar(5, 'int32')), 5).toFloat();
    for (const one of [model, copy])
      one.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    for (let i = 0; i < 8; i++) expect(await copy.trainOnBatch(x, y)).toBe(await model.trainOnBatch(x, y));
    expect(accelerate.compiled(copy).training[0]?.compiled).toBe(true);
  });

  it('follows a rate that is set between steps', async () => {
    const setRate = (model: tf.Sequential, step: number) => {
      (model.optimizer as tf.SGDOptimizer).setLearningRate(0.1 / (step + 1));
    };
    for (const optimizer of [() => tf.train.sgd(0.1), () => tf.train.momentum(0.1, 0.9)]) {
      const { training } = await expectSame({ layers: plain, optimizer, change: setRate });
      expect(training[0]?.graphs).toHaveLength(1);
    }
    const setAdam = ({ optimizer }: tf.Sequential, step: number) => {
      Object.assign(optimizer, { learningRate: 0.01 / (step + 1) });
    };
    const { training } = await expectSame({
      layers: plain,
      optimizer: () => tf.train.adam(0.01),
      change: setAdam,
    });
    expect(training[0]?.graphs).toHaveLength(1);
    const drops = () => [first(16), dropout({ rate: 0.5, seed: 1 }), softmax()];
    const setDrop = (model: tf.Sequential, step: number) => {
      Object.assign(model.layers[1]!, { rate: 0.5 / (step + 1) });
    };
    await expectSame({ layers: drops, change: setDrop });
  });

  it('has a graph for each size of a batch', async () => {
    const { training } = await expectSame(
      { layers: plain, optimizer: () => tf.train.adam(0.01), sizes: [32, 32, 8] },
      24,
    );
    expect(training.map(({ shapes, compiled }) => [shapes[0]?.[0], compiled])).toEqual([
      [32, true],
      [8, true],
    ]);
  });

  it('sees weights that were set, layers that were frozen, and another loss', async () => {
    const change = (model: tf.Sequential, step: number) => {
      if (step === 5) model.setWeights(model.getWeights().map((w) => w.mul(0.5)));
      if (step === 8) {
        model.layers[0]!.trainable = false;
        model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError', metrics: ['accuracy'] });
      }
    };
    await expectSame({ layers: plain, optimizer: () => tf.train.adam(0.01), change }, 16);
    await expectSame({ layers: plain, change }, 16);
  });

  it('leaves clones of weights as they were', async () => {
    accelerate({ compile: true });
    const { model } = await trained({ layers: plain }, true);
    accelerate({ compile: true });
    const kept = model.getWeights()[0]!.clone();
    const before = Array.from(kept.dataSync());
    const x = tf.ones([32, 12]);
    const y = tf.oneHot(tf.zeros([32], 'int32'), 5).toFloat();
    for (let i = 0; i < 6; i++) {
      await model.trainOnBatch(x, y);
      if (i > 3) expect(Array.from(kept.dataSync())).toEqual(before);
    }
    expect(Array.from(model.getWeights()[0]!.dataSync())).not.toEqual(before);
  });

  it('makes no tensors that stay', async () => {
    accelerate({ compile: true });
    const model = tf.sequential({ layers: plain() });
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const x = tf.ones([32, 12]);
    const y = tf.oneHot(tf.zeros([32], 'int32'), 5).toFloat();
    for (let i = 0; i < 5; i++) await model.trainOnBatch(x, y);
    const before = tf.memory();
    for (let i = 0; i < 20; i++) await model.trainOnBatch(x, y);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  it('evaluates and predicts', async () => {
    const outcome = async (compile: boolean) => {
      accelerate(compile ? { compile: true } : {});
      const model = seeded(tf.sequential({ layers: plain() }));
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      const x = tf.randomNormal([70, 12], 0, 1, 'float32', 1);
      const y = tf.oneHot(tf.range(0, 70, 1, 'int32').mod(tf.scalar(5, 'int32')), 5).toFloat();
      const numbers: number[] = [];
      for (let i = 0; i < 5; i++) {
        const scores = model.evaluate(x, y, { batchSize: 32 }) as tf.Scalar[];
        for (const score of scores) numbers.push(...score.dataSync());
        numbers.push(...(model.predict(x, { batchSize: 32 }) as tf.Tensor).dataSync());
      }
      const { evaluation, prediction } = accelerate.compiled(model);
      accelerate.restore();
      return { numbers, compiled: [...evaluation, ...prediction].map(({ compiled }) => compiled) };
    };
    const [opByOp, compiled] = [await outcome(false), await outcome(true)];
    expect(compiled.numbers).toEqual(opByOp.numbers);
    expect(compiled.compiled).toEqual([true, true, true, true]);
  });
});

describe('evaluation and prediction between steps of training', () => {
  const x = () => tf.randomNormal([40, 12], 0, 1, 'float32', 1);
  const y = () => tf.oneHot(tf.range(0, 40, 1, 'int32').mod(tf.scalar(5, 'int32')), 5).toFloat();

  async function alternating(compile: boolean) {
    accelerate(compile ? { compile: true } : {});
    const drop = dropout({ rate: 0.5, seed: 1 });
    const model = seeded(tf.sequential({ layers: [first(16), drop, softmax()] }));
    const inner = tf.model({ inputs: model.inputs, outputs: drop.output as tf.SymbolicTensor });
    const optimizer = tf.train.adagrad(0.1);
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const numbers: number[] = [];
    for (let i = 0; i < 6; i++) {
      // That of Adagrad is no number that a graph reads anew.
      if (i === 3) Object.assign(optimizer, { learningRate: 0.05 });
      numbers.push(
        ...(await model.fit(x(), y(), { batchSize: 20, shuffle: false, verbose: 0 })).history.loss!.map(
          Number,
        ),
      );
      const scores = model.evaluate(x(), y()) as tf.Scalar[];
      numbers.push(...scores.flatMap((score) => [...score.dataSync()]));
      numbers.push(...(inner.predict(x()) as tf.Tensor).dataSync());
    }
    const { training, evaluation } = accelerate.compiled(model);
    const { prediction } = accelerate.compiled(inner);
    accelerate.restore();
    return { numbers, graphs: [training, evaluation, prediction].map((all) => all.map((one) => one.graphs)) };
  }

  it('have one graph for each shape, whatever training counts and sets', async () => {
    const [opByOp, compiled] = [await alternating(false), await alternating(true)];
    expect(compiled.numbers).toEqual(opByOp.numbers);
    const [, evaluation, prediction] = compiled.graphs;
    expect(evaluation?.map(({ length }) => length)).toEqual([1, 1]);
    expect(prediction?.map(({ length }) => length)).toEqual([1, 1]);
    // Six batches each, of which two are recorded and one is checked at times.
    for (const [graph] of [...evaluation!, ...prediction!]) expect(graph?.steps).toBeGreaterThanOrEqual(3);
    expect(warnings).toEqual([]);
  });
});

class Odd extends layers.Layer {
  static className = 'OddOfTest';
  calls = 0;
  constructor(private readonly odd: (x: tf.Tensor, layer: Odd) => tf.Tensor) {
    super({ name: 'odd' });
  }
  override computeOutputShape(shape: tf.Shape) {
    return shape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]) {
    return tf.tidy(() => this.odd([inputs].flat()[0]!, this));
  }
}

/** What no field of a layer shows. */
let hidden = 0;

describe('a step that cannot be compiled', () => {
  const cases: Record<string, [(x: tf.Tensor, layer: Odd) => tf.Tensor, RegExp]> = {
    'draws in JavaScript': [
      (x) => x.mul(1 + 0.01 * Math.random()),
      /number that Mul in layer odd computes with/,
    ],
    counts: [
      (x, layer) => {
        layer.calls++;
        return x.mul(1);
      },
      /calls of layer odd changes at each step/,
    ],
    'reads to the host': [
      (x) => x.mul(x.max().dataSync()[0]! > 1e9 ? 2 : 1),
      /reads the result of Max in layer odd/,
    ],
    'has other ops each time': [
      (x) => (hidden++ % 5 === 4 ? x.mul(2).sqrt().square() : x.add(1)),
      /layer odd is not the same at each step/,
    ],
  };
  for (const [name, [odd, reason]] of Object.entries(cases)) {
    it(`is found where a layer ${name}, and runs op by op`, async () => {
      accelerate({ compile: true });
      const model = tf.sequential({ layers: [first(16), new Odd(odd), softmax()] });
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      const x = tf.ones([32, 12]);
      const y = tf.oneHot(tf.zeros([32], 'int32'), 5).toFloat();
      const losses: number[] = [];
      for (let i = 0; i < 40; i++) losses.push((await model.trainOnBatch(x, y)) as number);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      expect(accelerate.compiled(model).training[0]?.reason).toMatch(reason);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(reason);
    });
  }
});

describe('accelerate', () => {
  it('refuses what compile cannot be, and what is no model', () => {
    const options = JSON.parse('{ "compile": "fast" }');
    expect(() => accelerate(options)).toThrow(/compile must be true, false, 'graph' or 'xla'.*'fast'/);
    expect(() => accelerate.compiled(JSON.parse('{}'))).toThrow(/model must be a model/);
  });

  it('compiles with XLA where it is told to', async () => {
    accelerate({ compile: 'xla' });
    const model = seeded(tf.sequential({ layers: plain() }));
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const x = tf.ones([32, 12]);
    const y = tf.oneHot(tf.zeros([32], 'int32'), 5).toFloat();
    for (let i = 0; i < 6; i++) await model.trainOnBatch(x, y);
    expect(accelerate.compiled(model).training[0]).toMatchObject({ compiled: true });
  });
});

describe('the rate of a layer that drops weights', () => {
  for (const maskPer of ['batch', 'example'] as const) {
    it(`may be another one at each step, with a mask for each ${maskPer}`, async () => {
      const drops = () => [
        dropConnectDense({ units: 16, rate: 0.5, maskPer, seed: 1, activation: 'relu', inputShape: [12] }),
        softmax(),
      ];
      const change = (model: tf.Sequential, step: number) => {
        Object.assign(model.layers[0]!, { rate: 0.5 / (step + 1) });
      };
      const { training } = await expectSame({ layers: drops, change }, 16);
      expect(training[0]?.compiled).toBe(true);
    });
  }
});
