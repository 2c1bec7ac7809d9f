import * as tf from '@tensorflow/tfjs';
import { standoutDense } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import {
  column,
  dot,
  type Matrix,
  matrix,
  numericGradient,
  sample,
  sigmoid,
  weighed,
  weights as weightsOf,
} from '../support/float64.js';
import { predict, reloaded, train, withoutMathRandom } from '../support/random-layers.js';

const EXACT = { rtol: 0, atol: 0 };

describe('standoutDense', () => {
  it.each([
    { units: 3 },
    { units: 3, activation: 'relu' as const, alpha: 0.5, beta: 1, seed: 4 },
    { units: 3, betaOn: 'weights' as const, beta: 0.3, kernelRegularizer: 'l1l2' as const },
    { units: 3, betaOn: 'weights' as const, beta: 0.3, useBias: false },
    { units: 3, belief: 'learned' as const },
    {
      units: 3,
      belief: 'learned' as const,
      beliefInitializer: 'heNormal' as const,
      betaOn: 'weights' as const,
      beta: 0.3,
      alpha: 2,
      activation: 'tanh' as const,
    },
    { units: 3, belief: 'learned' as const, useBias: false, seed: 7 },
  ])('keeps the layer contract with %j', async (args) => {
    await layerContract(() => standoutDense(args), { inputShape: [6], batchSize: 16 });
  });

  it('works on the last axis of an input of rank 3', async () => {
    await layerContract(() => standoutDense({ units: 3, seed: 1 }), { inputShape: [5, 6] });
    await layerContract(() => standoutDense({ units: 3, belief: 'learned' }), { inputShape: [5, 6] });
  });

  it.each(['logit', 'weights'] as const)('predicts f(z) sigmoid of the logit, beta on the %s', (betaOn) => {
    const layer = standoutDense({ units: 1, activation: 'relu', alpha: 0.5, beta: 0.25, betaOn });
    const x = tf.tensor2d([[1, 2]]);
    layer.apply(x);
    layer.setWeights([tf.tensor2d([[0.5], [1]]), tf.tensor1d([0.3])]);
    const z = 0.5 * 1 + 1 * 2 + 0.3;
    const logit =
      betaOn === 'logit'
        ? 0.5 * z + 0.25
        : 1 * (0.5 * 0.5 + 0.25) + 2 * (0.5 * 1 + 0.25) + (0.5 * 0.3 + 0.25);
    expect(layer.apply(x) as tf.Tensor).toBeAllClose([[z * sigmoid(logit)]]);
  });

  it('keeps in training a share of sigmoid(logit), unscaled, with a new mask each step', () => {
    const layer = standoutDense({ units: 1, beta: 1, alpha: 0, kernelInitializer: 'ones', seed: 2 });
    const x = tf.ones([20_000, 1]);
    const [a, b] = [train(layer, x), train(layer, x)];
    const q = sigmoid(1);
    expect(Math.abs((a.mean().dataSync()[0] as number) - q)).toBeLessThan(
      5 * Math.sqrt((q * (1 - q)) / 20_000),
    );
    expect(Array.from(new Set(a.dataSync())).sort()).toEqual([0, 1]);
    expect(String(a.dataSync())).not.toBe(String(b.dataSync()));
  });

  it('has the weights kernel, bias, those of a learned belief, then the step', () => {
    const names = (args: object) => {
      const layer = standoutDense({ units: 3, name: 'a', ...args });
      layer.build([null, 2]);
      return layer.weights.map(({ name }) => name.replace(/_\d+$/, ''));
    };
    const learned = { belief: 'learned' };
    expect(names({})).toEqual(['kernel', 'bias']);
    expect(names({ useBias: false })).toEqual(['kernel']);
    expect(names(learned)).toEqual(['kernel', 'bias', 'beliefKernel', 'beliefBias']);
    expect(names({ ...learned, useBias: false })).toEqual(['kernel', 'beliefKernel']);
  });

  it('starts a learned belief with an initializer of its own, or that of the kernel', () => {
    const started = (args: object) => {
      const layer = standoutDense({ units: 2, belief: 'learned', kernelInitializer: 'ones', ...args });
      layer.build([null, 3]);
      return layer.getWeights()[2] as tf.Tensor;
    };
    expect(started({})).toBeAllClose(tf.ones([3, 2]), EXACT);
    expect(started({ beliefInitializer: 'zeros' })).toBeAllClose(tf.zeros([3, 2]), EXACT);
    const random = standoutDense({ units: 2, belief: 'learned' });
    random.build([null, 3]);
    const [kernel, , beliefKernel] = random.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(String(kernel.dataSync())).not.toBe(String(beliefKernel.dataSync()));
  });

  it('learned, with the weights of the layer itself, is the tied one but for the gradient', () => {
    for (const args of [{ betaOn: 'logit' }, { betaOn: 'weights' }] as const) {
      const common = {
        units: 3,
        alpha: 0.7,
        beta: 0.2,
        activation: 'tanh',
        seed: 1,
        name: 'a',
        ...args,
      } as const;
      const [tied, learned] = [standoutDense(common), standoutDense({ ...common, belief: 'learned' })];
      const x = tf.tensor2d(sample(5, 4, 1));
      for (const layer of [tied, learned]) layer.build(x.shape);
      const [w, b] = [tf.tensor2d(sample(4, 3, 2)), tf.tensor1d([0.1, -0.2, 0.3])];
      tied.setWeights([w, b]);
      learned.setWeights([w, b, w, b]);
      expect(predict(learned, x)).toBeAllClose(predict(tied, x));
      expect(train(learned, x)).toBeAllClose(train(tied, x));
    }
  });

  it('takes a mask that is given, and counts no step for it', () => {
    const make = () => standoutDense({ units: 3, seed: 1, name: 'a', kernelInitializer: 'ones' });
    const [layer, other] = [make(), make()];
    const x = tf.tensor2d([[0.25, -0.25]]);
    expect(train(layer, x, tf.tensor2d([[0.4, 0.5, 0.6]]))).toBeAllClose([[0, 0, 0]]);
    expect(train(layer, tf.ones([1, 2]), tf.tensor2d([[0.8, 0.88, 0.89]]))).toBeAllClose([[2, 2, 0]]);
    const y = tf.ones([8, 2]);
    expect(train(layer, y)).toBeAllClose(train(other, y), EXACT);
  });

  it('has another mask at each step, in each layer and of each seed, and the same in each run', () => {
    const x = tf.ones([1, 2]);
    const run = (name: string, seed: number) => {
      const layer = standoutDense({ units: 64, alpha: 0, kernelInitializer: 'ones', seed, name });
      return [0, 1, 2].map(() => String(train(layer, x).dataSync()));
    };
    expect(new Set([...run('a', 1), ...run('b', 1), ...run('a', 2)]).size).toBe(9);
    expect(run('a', 1)).toEqual(run('a', 1));
  });

  it('goes on with the next mask when loaded', async () => {
    const make = () =>
      tf.sequential({
        layers: [
          standoutDense({ units: 64, alpha: 0, kernelInitializer: 'ones', seed: 1, name: 'a', inputDim: 2 }),
        ],
      });
    const x = tf.ones([1, 2]);
    const first = (model: tf.LayersModel) => model.layers[0] as tf.layers.Layer;
    const [whole, begun] = [make(), make()];
    const masks = [0, 1, 2].map(() => String(train(first(whole), x).dataSync()));
    for (let t = 0; t < 2; t++) train(first(begun), x);
    const loaded = await reloaded(begun);
    expect(String(train(first(loaded), x).dataSync())).toBe(masks[2]);
    loaded.dispose();
  });

  it('passes a mask on, as dense does', () => {
    const mask = tf.tensor2d([[1, 1, 0]], undefined, 'bool');
    const x = tf.ones([1, 3, 2]);
    expect(standoutDense({ units: 1 }).computeMask(x, mask)).toBe(
      tf.layers.dense({ units: 1 }).computeMask(x, mask),
    );
  });

  it('draws nothing from Math.random', () => {
    const layer = standoutDense({ units: 3, kernelInitializer: 'ones' });
    withoutMathRandom(() => train(layer, tf.ones([2, 2])));
  });

  it.each([
    [{ units: 1.5 }, 'standoutDense: units must be a positive integer, received 1.5.'],
    [
      { units: 2, alpha: Number.NaN },
      'standoutDense: alpha must be a finite number of float32, received NaN.',
    ],
    [
      { units: 2, betaOn: 'x' as 'logit' },
      "standoutDense: betaOn must be 'logit' or 'weights', received 'x'.",
    ],
    [
      { units: 2, belief: 'own' as 'tied' },
      "standoutDense: belief must be 'tied' or 'learned', received 'own'.",
    ],
    [
      { units: 2, beliefInitializer: 'zeros' as const },
      "standoutDense: beliefInitializer must be left out for the belief 'tied', which has no weights of its own, received 'zeros'.",
    ],
    [{ units: 2, seed: -1 }, 'standoutDense: seed must be an integer from 0 to 2147483647, received -1.'],
  ])('refuses %j', (args, message) => {
    expect(() => standoutDense(args)).toThrow(message);
  });
});

/** Restated in float64, from the equations. */
describe.each([
  ['tied', 'logit', true],
  ['tied', 'weights', true],
  ['tied', 'weights', false],
  ['learned', 'logit', true],
  ['learned', 'weights', true],
  ['learned', 'weights', false],
] as const)('standoutDense, %s, beta on the %s, bias %s, in float64', (belief, betaOn, useBias) => {
  const [batch, features, units] = [4, 5, 3];
  const [alpha, beta] = [0.7, 0.4];
  const noise = matrix(batch, units, (i, j) => Math.fround((0.137 + (i * units + j) * 0.3719) % 1));

  /** Inputs, kernel and bias, and of a learned belief its own two; a bias is a matrix of one row. */
  const start = [
    sample(batch, features, 1),
    sample(features, units, 2),
    sample(1, units, 3),
    ...(belief === 'learned' ? [sample(features, units, 4), sample(1, units, 5)] : []),
  ].map((m) => m.map((row) => row.map(Math.fround)));
  const has = (which: number) => useBias || ![2, 4].includes(which);

  const affine = (x: Matrix, kernel: Matrix, bias: Matrix): Matrix =>
    matrix(batch, units, (i, j) => dot(x[i] as number[], column(kernel, j)) + (useBias ? at(bias, 0, j) : 0));
  const keep = ([x, w, b, p = w, c = b]: Matrix[]): Matrix => {
    const plus = (m: Matrix) => m.map((row) => row.map((v) => alpha * v + (betaOn === 'weights' ? beta : 0)));
    const logit = affine(x as Matrix, plus(p as Matrix), plus(c as Matrix));
    return logit.map((row) => row.map((v) => sigmoid(betaOn === 'logit' ? v + beta : v)));
  };
  const activation = ([x, w, b]: Matrix[]) =>
    affine(x as Matrix, w as Matrix, b as Matrix).map((row) => row.map(Math.tanh));
  const prediction = (all: Matrix[]) => {
    const [f, q] = [activation(all), keep(all)];
    return matrix(batch, units, (i, j) => at(f, i, j) * at(q, i, j));
  };
  const mask = matrix(batch, units, (i, j) => (at(noise, i, j) < at(keep(start), i, j) ? 1 : 0));
  const training = (all: Matrix[]) =>
    matrix(batch, units, (i, j) => at(activation(all), i, j) * at(mask, i, j));
  /** Of the same gradient as the training step: the mask held, and learned the expectation by q alone beside it. */
  const surrogate = (all: Matrix[]) => {
    if (belief === 'tied') return training(all);
    const [held, f, q] = [training(all), activation(start), keep(all)];
    return matrix(batch, units, (i, j) => at(held, i, j) + at(f, i, j) * at(q, i, j));
  };

  const make = () => {
    const layer = standoutDense({ units, alpha, beta, betaOn, belief, useBias, activation: 'tanh' });
    layer.build([batch, features]);
    return layer;
  };
  const given = start.flatMap((m, which) => (has(which) ? [{ m, which }] : []));
  const tensors = given.map(({ m, which }) =>
    [2, 4].includes(which) ? tf.tensor1d(m[0] as number[]) : tf.tensor2d(m),
  );
  const apply = (layer: tf.layers.Layer, x: tf.Tensor, trained: boolean) =>
    trained ? train(layer, x, tf.tensor2d(noise)) : predict(layer, x);

  it.each([false, true])('forward, training %s', (trained) => {
    const layer = make();
    layer.setWeights(tensors.slice(1));
    expect(mask.flat().filter((r) => r === 0).length).toBeGreaterThan(1);
    const exact = trained ? training(start) : prediction(start);
    expect(apply(layer, tensors[0] as tf.Tensor, trained)).toBeAllClose(exact);
  });

  it.each([false, true])('gradient by the input and every weight, training %s', (trained) => {
    const layer = make();
    layer.setWeights(tensors.slice(1));
    const c = tf.tensor2d(weightsOf(batch, units));
    const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
    const x = tf.variable(tensors[0] as tf.Tensor);
    const { grads } = tf.variableGrads(
      () => apply(layer, x, trained).mul(c).sum() as tf.Scalar,
      [x, ...variables],
    );
    const exact = trained ? surrogate : prediction;
    given.forEach(({ m, which }, i) => {
      const numeric = numericGradient((moved) => weighed(exact(start.with(which, moved))), m);
      const gradient = grads[([x, ...variables][i] as tf.Variable).name] as tf.Tensor;
      expect(gradient.flatten()).toBeAllClose(tf.tensor1d(numeric.flat()), { rtol: 1e-4, atol: 1e-5 });
    });
  });
});

function at(m: Matrix, i: number, j: number): number {
  return (m[i] as number[])[j] as number;
}
