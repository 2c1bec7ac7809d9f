/** What changes between two compiled steps and is no other object: the graph sees it, or is not used. */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const { layers } = tf;

interface Own {
  map: Map<string, number>;
  set: Set<string>;
  numbers: Float32Array;
  one: tf.Tensor;
  other: tf.Tensor;
}

/** A layer of a user's, with fields of many kinds. */
class Custom extends layers.Layer {
  static className = 'CustomOfStaleTest';
  readonly own: Own;
  declare late?: number;
  constructor(private readonly compute: (x: tf.Tensor, layer: Custom) => tf.Tensor) {
    super({});
    const one = tf.keep(tf.scalar(1));
    this.own = { map: new Map([['a', 1]]), set: new Set(), numbers: Float32Array.of(1), one, other: one };
  }
  override computeOutputShape(shape: tf.Shape) {
    return shape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]) {
    return tf.tidy(() => this.compute([inputs].flat()[0]!, this));
  }
}

const batch = (seed: number, size = 12) => tf.randomNormal([size, 12], 0, 1, 'float32', seed);
const targets = tf.tidy(() => Float32Array.from({ length: 12 * 12 }, (_, i) => (i % 13 === 0 ? 1 : 0)));

/** What two runs give: op by op, and compiled. */
async function expectSame(run: () => Promise<number[][]>) {
  accelerate();
  const opByOp = await run();
  accelerate.restore();
  accelerate({ compile: true });
  expect(await run()).toEqual(opByOp);
  accelerate.restore();
}

const modelOf = (...list: tf.layers.Layer[]) => {
  const model = tf.sequential({ layers: [layers.inputLayer({ inputShape: [12] }), ...list] });
  model.setWeights(model.getWeights().map((w, i) => tf.randomNormal(w.shape, 0, 0.3, 'float32', i + 1)));
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return model;
};

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  accelerate.restore();
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe('a compiled step sees', () => {
  const scaledBy = (factor: (layer: Custom) => tf.TensorLike | tf.Tensor) => (x: tf.Tensor, layer: Custom) =>
    x.mul(factor(layer));
  const cases: Record<string, [(x: tf.Tensor, layer: Custom) => tf.Tensor, (layer: Custom) => void]> = {
    'an entry of a map': [scaledBy(({ own }) => own.map.get('a') ?? 1), ({ own }) => own.map.set('a', 2)],
    'an entry of a set': [scaledBy(({ own }) => (own.set.has('a') ? 2 : 1)), ({ own }) => own.set.add('a')],
    'a number of an array': [scaledBy(({ own }) => own.numbers[0]!), ({ own }) => own.numbers.fill(2)],
    'a field that was not there': [
      scaledBy((layer) => layer.late ?? 1),
      (layer) => Object.assign(layer, { late: 2 }),
    ],
    'one of two fields with the same tensor': [
      scaledBy(({ own }) => own.one.mul(own.other)),
      ({ own }) => {
        own.one = tf.keep(tf.scalar(2));
      },
    ],
    'a tensor that JavaScript reads before TensorFlow has it': [
      scaledBy(({ own }) => own.one.dataSync()[0]!),
      ({ own }) => {
        own.one = tf.keep(tf.scalar(2));
      },
    ],
  };
  for (const [name, [compute, change]] of Object.entries(cases)) {
    it(`${name}, changed at a step that is not checked`, () =>
      expectSame(async () => {
        const layer = new Custom(compute);
        const model = modelOf(layers.dense({ units: 12 }), layer);
        const losses: number[] = [];
        for (let i = 0; i < 14; i++) {
          if (i === 8) change(layer);
          losses.push((await model.trainOnBatch(batch(i + 1), tf.tensor(targets, [12, 12]))) as number);
        }
        return [losses, ...model.getWeights().map((w) => Array.from(w.dataSync()))];
      }));
  }

  it('the rate of a seeded dropout of tfjs', () =>
    expectSame(async () => {
      const drop = layers.dropout({ rate: 0.5, seed: 1 });
      const model = modelOf(layers.dense({ units: 12 }), drop);
      const losses: number[] = [];
      for (let i = 0; i < 14; i++) {
        if (i === 8) Object.assign(drop, { rate: 0.1 });
        losses.push((await model.trainOnBatch(batch(i + 1), tf.tensor(targets, [12, 12]))) as number);
      }
      return [losses];
    }));
});

describe('a compiled step tells apart', () => {
  const predictions = (model: tf.LayersModel, inputs: tf.Tensor[]) =>
    inputs.map((x) => Array.from((model.predict(x) as tf.Tensor).dataSync()));

  it('a batch and a weight that has its values', () =>
    expectSame(async () => {
      const model = modelOf(layers.dense({ units: 12, useBias: false }));
      const x = batch(1);
      model.setWeights([x]);
      return predictions(model, [x, x, x, x, batch(2), batch(3)]);
    }));

  it('a batch and a tensor that a layer keeps', () =>
    expectSame(async () => {
      const x = batch(1);
      const model = modelOf(new Custom((given) => given.sub(x.mul(0.5))));
      return predictions(model, [x, x, x, x, batch(2), batch(3)]);
    }));

  it('a weight and a copy that a loss keeps', () =>
    expectSame(async () => {
      const model = modelOf(layers.dense({ units: 12 }));
      const weight = () => model.getWeights()[0]!;
      const before = weight().clone();
      const loss = (y: tf.Tensor, p: tf.Tensor) =>
        y.sub(p).square().mean().add(weight().sub(before).square().sum());
      model.compile({ optimizer: tf.train.sgd(0.1), loss });
      const losses: number[] = [];
      const [x, y] = [batch(1), tf.tensor(targets, [12, 12])];
      for (let i = 0; i < 12; i++) {
        losses.push(...(model.evaluate(x, y) as tf.Scalar).dataSync());
        if (i % 4 === 3) await model.trainOnBatch(x, y);
      }
      return [losses];
    }));
});

describe('a compiled training', () => {
  it('is op by op once it is restored', async () => {
    accelerate({ compile: true });
    const model = modelOf(layers.dense({ units: 12 }));
    const callbacks = { onEpochEnd: (epoch: number) => void (epoch === 3 && accelerate.restore()) };
    await model.fit(batch(1), batch(2), { epochs: 9, verbose: 0, callbacks });
    expect(accelerate.compiled(model).training).toEqual([]);
  });

  it('leaves weights as they were where a step throws', async () => {
    accelerate({ compile: true });
    const model = modelOf(layers.dense({ units: 12 }), layers.dense({ units: 12 }));
    const loss = (y: tf.Tensor, p: tf.Tensor) => {
      const sum = y.sum().cast('int32');
      return y
        .sub(p)
        .square()
        .mean()
        .add(tf.floorDiv(tf.scalar(7, 'int32'), sum).cast('float32').mul(0));
    };
    model.compile({ optimizer: tf.train.adam(0.1), loss });
    const y = tf.ones([12, 12]);
    for (let i = 0; i < 6; i++) await model.trainOnBatch(batch(i + 1), y);
    expect(accelerate.compiled(model).training[0]?.compiled).toBe(true);
    const weights = () => model.getWeights().map((w) => Array.from(w.dataSync()));
    const before = weights();
    await expect(model.trainOnBatch(batch(9), tf.zeros([12, 12]))).rejects.toThrow(/division by zero/);
    expect(weights()).toEqual(before);
    await model.trainOnBatch(batch(9), y);
    expect(weights()).not.toEqual(before);
  });

  it('says how many steps may have missed a change that nobody can see', async () => {
    accelerate({ compile: true });
    let hidden = 1;
    const model = modelOf(layers.dense({ units: 12 }), new Custom((x) => x.mul(hidden)));
    for (let i = 0; i < 14; i++) {
      if (i === 8) hidden = 2;
      await model.trainOnBatch(batch(i + 1), tf.tensor(targets, [12, 12]));
    }
    expect(accelerate.compiled(model).training[0]?.reason).toMatch(/Steps since the last check, at most 4,/);
  });
});
