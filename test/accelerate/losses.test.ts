/** Cross-entropies of classes: tfjs's numbers by default, those of the logits with `repair`, equal wherever they are told. */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/accelerate/training/cross-entropy.js';
import { accelerated } from '../support/accelerated.js';
import { dot, numericGradient } from '../support/float64.js';

const { layers } = tf;
/** tfjs clips by 1e-4 on webgl. */
const EPSILON = tf.backend().epsilon();
const LEAST = Math.fround(EPSILON);
const MOST = Math.fround(1 - EPSILON);
const WEBGL = tf.getBackend() === 'webgl';

type Row = readonly number[];

const clip = (x: number) => Math.min(Math.max(x, LEAST), MOST);
const sum = (row: Row) => row.reduce((total, x) => total + x, 0);

/** tfjs's loss of one example, and its gradient by p, in float64. */
function exact(t: Row, p: Row, isSparse: boolean): { loss: number; dp: number[] } {
  const within = isSparse ? p.map(clip) : p;
  const total = sum(within);
  const q = within.map((x) => x / total);
  const counted = q.map((x, k) => (clip(x) === x ? (t[k] as number) : 0));
  return {
    loss: -sum(q.map((x, k) => (t[k] as number) * Math.log(clip(x)))),
    dp: q.map((x, k) => {
      const slope = (sum(counted) - (counted[k] as number) / clip(x)) / total;
      return within[k] === p[k] ? slope : 0;
    }),
  };
}

describe('cross-entropy', () => {
  beforeEach(() => {
    accelerate();
  });
  afterEach(() => accelerate.restore());

  const classes = WEBGL ? fc.constant(4) : fc.integer({ min: 1, max: 5 });
  // In steps away from the bounds of the clipping, on which a rounding decides.
  const probability = fc.oneof(
    fc.integer({ min: 1, max: 40 }).map((n) => n / 40),
    fc.integer({ min: 1, max: 40 }).map((n) => n * 1.3e-5),
    fc.constantFrom(0, 1e-9, 2e-12),
  );
  const target = fc.constantFrom(0, 0, 1, 0.5, 0.05, 2);

  it.each([false, true])('has the value and the gradient of its equation, sparse: %s', (isSparse) => {
    const example = classes.chain((classes) => {
      const row = (entry: fc.Arbitrary<number>) =>
        fc.array(entry, { minLength: classes, maxLength: classes });
      return fc.tuple(row(target), row(probability), fc.constantFrom(1, -0.5, 3), fc.boolean());
    });
    fc.assert(
      fc.property(fc.array(example, { minLength: 3, maxLength: 3 }), (drawn) => {
        tf.tidy(() => {
          const size = drawn[0]?.[0].length as number;
          const rows = drawn.filter(([t, p]) => t.length === size && sum(p) > 0.01);
          fc.pre(rows.length > 0 && (!WEBGL || rows.length === 3));
          // As a softmax has them, or of any sum.
          const p = rows.map(([, p, , unit]) => p.map((x) => Math.fround(unit ? x / sum(p) : x)));
          const dy = rows.map(([, , dy]) => dy);
          // Clipped twice and divided by 1, a small p is where a rounding decides.
          const t = rows.map(([t, , , unit], i) =>
            t.map((x, k) => (isSparse && unit && (p[i]?.[k] as number) < LEAST ? 0 : x)),
          );
          const op = (p: tf.Tensor) => crossEntropy(tf.tensor2d(t), p, isSparse);
          const expected = rows.map((_, i) => exact(t[i] as Row, p[i] as Row, isSparse));
          expect(op(tf.tensor2d(p))).toBeAllClose(
            expected.map(({ loss }) => loss),
            { rtol: 2e-6, atol: 2e-6 },
          );
          const dp = tf.grad(op)(tf.tensor2d(p), tf.tensor1d(dy));
          const exactDp = expected.map(({ dp }, i) => dp.map((x) => x * (dy[i] as number)));
          expect(dp).toBeAllClose(exactDp, { rtol: 1e-5, atol: 1e-5 });
        });
      }),
      { numRuns: WEBGL ? 10 : 60, seed: 11 },
    );
  });

  it.each([false, true])('has the second derivative of differences, sparse: %s', (isSparse) => {
    tf.tidy(() => {
      const t = [
        [0, 1, 0],
        [0.2, 0.3, 0.7],
      ];
      const p = [
        [0.3, 0.7, 1e-9],
        [0.5, 0.2, 0.1],
      ];
      const along = [
        [1, -2, 0.5],
        [0.3, 0.4, -1],
      ];
      const op = (p: tf.Tensor) => crossEntropy(tf.tensor2d(t), p, isSparse);
      const first = (p: tf.Tensor) => tf.grad(op)(p).mul(tf.tensor2d(along)).sum();
      // Smaller than what is between 1e-9 and the bound.
      const STEP = 1e-8;
      const slopeOf = (p: number[][]) =>
        sum(p.map((row, i) => dot(exact(t[i] as number[], row, isSparse).dp, along[i] as number[])));
      const differences = numericGradient(slopeOf, p, STEP);
      expect(tf.grad(first)(tf.tensor2d(p))).toBeAllClose(differences, { rtol: 1e-3, atol: 1e-3 });
    });
  });
});

const X = [
  [0, 1],
  [0, 2],
  [1, 10],
  [1, 20],
  [2, -10],
  [2, -20],
];
const Y = [0, 0, 1, 1, 2, 2];
const inputs = () => tf.tensor2d(X);
const oneHot = () => tf.oneHot(tf.tensor1d(Y, 'int32'), 3);
const smoothed = () => oneHot().mul(0.8).add(0.1);
const sparse = () => tf.tensor2d(Y, [6, 1]);

const compiled = (model: tf.LayersModel, loss: tf.ModelCompileArgs['loss']) => {
  const metrics = ['accuracy', 'crossentropy'];
  model.compile({ optimizer: tf.train.sgd(0.5), loss, metrics });
  return model;
};
const units: { units: number; kernelInitializer: 'zeros'; inputShape: number[] } = {
  units: 3,
  kernelInitializer: 'zeros',
  inputShape: [2],
};
const sequence = (...list: tf.layers.Layer[]) => tf.sequential({ layers: list });
const heads: Record<string, () => tf.LayersModel> = {
  'dense activation': () => sequence(layers.dense({ ...units, activation: 'softmax' })),
  'activation layer': () => sequence(layers.dense(units), layers.activation({ activation: 'softmax' })),
  'softmax layer': () => sequence(layers.dense(units), layers.softmax()),
  'model inside another': () => {
    const x = tf.input({ shape: [2] });
    const inner = sequence(layers.dense({ ...units, activation: 'softmax' }));
    return tf.model({ inputs: x, outputs: inner.apply(x) as tf.SymbolicTensor });
  },
  sigmoid: () => sequence(layers.dense({ ...units, activation: 'sigmoid' })),
};

interface Told {
  history: Record<string, number[]>;
  evaluated: number[];
  weights: Float32Array[];
}

/** What `fit` with weights of classes tells, and what evaluation of the same weights does. */
async function told(model: tf.LayersModel, y: () => tf.Tensor, weigh = true): Promise<Told> {
  const [x, target] = [inputs(), y()];
  const { history } = await model.fit(x, target, {
    epochs: 2,
    batchSize: 6,
    ...(weigh ? { classWeight: [{ 0: 1, 1: 10, 2: 1 }] } : {}),
    verbose: 0,
    validationData: [x, target],
  });
  const evaluated = (model.evaluate(x, target, { batchSize: 6 }) as tf.Scalar[]).map(
    (s) => s.dataSync()[0] as number,
  );
  const weights = model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
  tf.dispose([x, target]);
  model.optimizer.dispose();
  model.dispose();
  return { history: history as Record<string, number[]>, evaluated, weights };
}

function expectSame(fast: Told, stock: Told): void {
  const tolerance = { rtol: 2e-5, atol: 2e-5 };
  for (const [name, values] of Object.entries(stock.history)) {
    expect(fast.history[name], name).toBeAllClose(values, tolerance);
  }
  expect(fast.evaluated).toBeAllClose(stock.evaluated, tolerance);
  for (const [i, weight] of stock.weights.entries()) expect(fast.weights[i]).toBeAllClose(weight, tolerance);
}

describe('fit with weights of classes, mistaken with confidence', () => {
  const cases: [string, () => tf.LayersModel, tf.ModelCompileArgs['loss'], () => tf.Tensor][] = [
    ...Object.entries(heads).map(
      ([name, head]) =>
        [name, head, 'categoricalCrossentropy', oneHot] as [
          string,
          () => tf.LayersModel,
          string,
          () => tf.Tensor,
        ],
    ),
    ['sparse labels', heads['dense activation'] as never, 'sparseCategoricalCrossentropy', sparse],
    ['sparse labels, sigmoid', heads.sigmoid as never, 'sparseCategoricalCrossentropy', sparse],
    [
      'labels of int32',
      heads['dense activation'] as never,
      'categoricalCrossentropy',
      () => oneHot().toInt(),
    ],
    [
      'labels of bool',
      heads['dense activation'] as never,
      'categoricalCrossentropy',
      () => oneHot().toBool(),
    ],
    ['smoothed labels', heads['dense activation'] as never, 'categoricalCrossentropy', smoothed],
    ['a function', heads['dense activation'] as never, tf.metrics.categoricalCrossentropy as never, oneHot],
  ];

  it.each(cases)('%s: losses, metrics, evaluation and weights of tfjs', async (_, head, loss, y) => {
    const stock = await told(compiled(head(), loss), y);
    const fast = await accelerated(() => told(compiled(head(), loss), y));
    expectSame(fast, stock);
    // The last weights, evaluated: by `fit`, by `evaluate`, and by the metric that is the loss again.
    expect(fast.evaluated[0]).toBeCloseTo(fast.history.val_loss?.[1] as number, 5);
    expect(fast.evaluated[2]).toBeCloseTo(fast.history.val_ce?.[1] as number, 5);
  });

  it('tells what float64 does, clipped', async () => {
    const build = () => {
      const model = heads['dense activation']?.() as tf.LayersModel;
      model.compile({
        optimizer: tf.train.sgd(1),
        loss: 'categoricalCrossentropy',
        metrics: ['accuracy', 'ce'],
      });
      return model;
    };
    const { history, evaluated } = await accelerated(() => told(build(), oneHot));
    // Two of six are mistaken with confidence, of a class that weighs 1: 5.3727 where the bound is 1e-7.
    const second = (weight: number) => -(2 * Math.log(EPSILON) + weight * Math.log(1 - EPSILON)) / 6;
    expect(history.loss).toBeAllClose([4.3944, second(22)], { rtol: 1e-4, atol: 0 });
    expect(evaluated[0]).toBeCloseTo(second(4), 3);
  });

  it('two outputs, losses by name', async () => {
    const build = () => {
      const x = tf.input({ shape: [2] });
      const head = (name: string) =>
        layers.dense({ ...units, activation: 'softmax', name }).apply(x) as tf.SymbolicTensor;
      const model = tf.model({ inputs: x, outputs: [head('a'), head('b')] });
      model.compile({
        optimizer: tf.train.sgd(0.5),
        loss: { a: 'categoricalCrossentropy', b: 'sparseCategoricalCrossentropy' },
        metrics: ['accuracy'],
      });
      return model;
    };
    const path = async (model: tf.LayersModel) => {
      const [x, a, b] = [inputs(), oneHot(), sparse()];
      const told = [];
      for (let step = 0; step < 3; step++) told.push(...((await model.trainOnBatch(x, [a, b])) as number[]));
      for (const scalar of model.evaluate(x, [a, b]) as tf.Scalar[])
        told.push(scalar.dataSync()[0] as number);
      return told;
    };
    const stock = await path(build());
    expect(await accelerated(() => path(build()))).toBeAllClose(stock, { rtol: 2e-5, atol: 2e-5 });
  });
});

describe('with repair', () => {
  it.each(Object.entries(heads).filter(([name]) => name !== 'sigmoid'))(
    '%s: the loss of the logits, the same in fit, validation and evaluation',
    async (_, head) => {
      const build = () => {
        const model = head();
        model.compile({
          optimizer: tf.train.sgd(1),
          loss: 'categoricalCrossentropy',
          metrics: ['accuracy', 'ce'],
        });
        return model;
      };
      const { history, evaluated } = await accelerated(() => told(build(), oneHot), { repair: true });
      // In float64; clipped, the second is 5.3727.
      expect(history.loss).toBeAllClose([4.3944, 25.75], { rtol: 1e-4, atol: 0 });
      expect(evaluated[0]).toBeCloseTo(history.val_loss?.[1] as number, 4);
      expect(evaluated[2]).toBeCloseTo(evaluated[0] as number, 4);
    },
  );

  it('evaluation tells what training did, far beyond the bound', async () => {
    const model = sequence(
      layers.dense({ units: 2, inputShape: [1], activation: 'softmax', useBias: false }),
    );
    model.compile({ optimizer: tf.train.sgd(0), loss: 'sparseCategoricalCrossentropy' });
    model.setWeights([tf.tensor2d([[100, 0]])]);
    const [x, y] = [tf.ones([4, 1]), tf.ones([4, 1])];
    const numbers = await accelerated(
      async () => [
        (await model.trainOnBatch(x, y)) as number,
        (model.evaluate(x, y) as tf.Scalar).dataSync()[0] as number,
      ],
      { repair: true },
    );
    expect(numbers).toBeAllClose([100, 100], { rtol: 1e-5, atol: 0 });
    const held = tf.memory().numTensors;
    accelerated(() => tf.dispose(model.evaluate(x, y) as tf.Scalar), { repair: true });
    expect(tf.memory().numTensors).toBe(held);
  });
});

it.each(['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'binaryCrossentropy'])(
  'weights that are NaN give a loss that is NaN: %s',
  async (loss) => {
    const model = sequence(
      layers.dense({ ...units, activation: loss.startsWith('binary') ? 'sigmoid' : 'softmax' }),
    );
    model.compile({ optimizer: 'sgd', loss });
    model.setWeights(model.getWeights().map((weight) => tf.fill(weight.shape, Number.NaN)));
    const [x, y] = [inputs(), loss.startsWith('sparse') ? sparse() : oneHot().toFloat()];
    await accelerated(async () => {
      expect((model.evaluate(x, y) as tf.Scalar).dataSync()[0]).toBeNaN();
      expect(await model.trainOnBatch(x, y)).toBeNaN();
    });
  },
);
