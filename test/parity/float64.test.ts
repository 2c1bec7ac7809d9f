/** Each layer, away from its starting point, beside its restatement in float64: output, gradients, one step of SGD. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, type TaskMeta } from 'vitest';
import { cotangent, gradient64, type Nd, sampleNd } from '../support/nd.js';
import { noiseNd, tensorOf } from '../support/random-layers.js';
import { TOLERANCE } from '../support/tolerances.js';
import { trainsConvolutions } from '../support/trains.js';
import { CASES } from './cases.js';

const RATE = 0.1;

type Pair = [actual: tf.Tensor, expected: number[]];

/** The largest error, in units of the largest expected value of all; noted for the table that ends a run. */
function note(meta: TaskMeta, layer: string, of: 'output' | 'gradient', pairs: Pair[]): void {
  const largest = Math.max(...pairs.flatMap(([, expected]) => expected.map(Math.abs)));
  const errors = pairs.flatMap(([actual, expected]) => {
    const values = actual.dataSync();
    return expected.map((e, i) => Math.abs((values[i] as number) - e) / largest);
  });
  meta.parity = { layer, [of]: Math.max(...errors) };
}

const asNd = (t: tf.Tensor): Nd => ({ shape: t.shape, values: Array.from(t.dataSync()) });

describe.each(CASES)(
  '$layer, $name',
  ({ layer: row, make, inputShape, exact: exactly, statistics, noise: noiseShape, convolution }) => {
    const held = noiseNd(noiseShape ?? []);
    const exact = (x: Nd, weights: Nd[], training: boolean) => exactly(x, weights, training, held);
    const callArgs = (training: boolean) =>
      training && noiseShape ? { training, noise: tensorOf(held) } : { training };
    const trains = () => !convolution || trainsConvolutions();
    const setUp = () => {
      const layer = make();
      const x = sampleNd(inputShape, 3);
      const input = tf.tensor(x.values, inputShape);
      layer.apply(input);
      layer.trainableWeights.forEach((w, i) => {
        const away = sampleNd(w.shape as number[], 11 + i).values.map((v) => 0.6 * v + 0.4);
        w.write(tf.tensor(away, w.shape as number[]));
      });
      return { layer, x, input, weights: layer.trainableWeights.map((w) => asNd(w.read())) };
    };

    it.for(statistics || noiseShape ? [false, true] : [false])(
      'output, training %s',
      (training, { task }) => {
        const { layer, x, input, weights } = setUp();
        const expected = exact(x, weights, training);
        const y = layer.apply(input, callArgs(training)) as tf.Tensor;
        expect(y.shape).toEqual(expected.shape);
        note(task.meta, row, 'output', [[y, expected.values]]);
        expect(y).toBeAllClose(expected.values, TOLERANCE.forward);
      },
    );

    it.for(noiseShape ? [false, true] : [statistics === true])(
      'gradients, training %s',
      (training, { task }) => {
        if (!trains()) return expectNoGradient(setUp());
        const { layer, x, input, weights } = setUp();
        const variable = tf.variable(input);
        const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
        const c = cotangent(exact(x, weights, training).values.length);
        // Outside: the scope of the gradient would dispose of the noise before the backward pass.
        const args = callArgs(training);
        const { grads } = tf.variableGrads(() => {
          const y = layer.apply(variable, args) as tf.Tensor;
          return y.mul(tf.tensor(c, y.shape)).sum().asScalar();
        }, [variable, ...variables]);
        const loss = (x: Nd, w: Nd[]) =>
          exact(x, w, training).values.reduce((sum, v, i) => sum + v * (c[i] as number), 0);
        const expected = [
          gradient64((t) => loss(t, weights), x),
          ...weights.map((w, i) => gradient64((t) => loss(x, weights.with(i, t)), w)),
        ];
        const pairs = [variable, ...variables].map(
          (v, i): Pair => [grads[v.name] as tf.Tensor, expected[i] as number[]],
        );
        note(task.meta, row, 'gradient', pairs);
        for (const [actual, gradient] of pairs) expect(actual).toBeAllClose(gradient, TOLERANCE.gradient);
        variable.dispose();
      },
    );

    // With a mask of its own in training: composition.test.ts holds that mask and compares the step.
    if (!noiseShape)
      it('one optimizer step', async () => {
        if (!trains()) return expectNoGradient(setUp());
        const { layer, x, input, weights } = setUp();
        const model = tf.sequential();
        model.add(tf.layers.inputLayer({ batchInputShape: inputShape }));
        model.add(layer);
        model.compile({ optimizer: tf.train.sgd(RATE), loss: 'meanSquaredError' });
        const training = statistics === true;
        const loss = (w: Nd[]) => {
          const y = exact(x, w, training).values;
          return y.reduce((sum, v) => sum + (v - 1) ** 2, 0) / y.length;
        };
        await model.trainOnBatch(input, tf.ones(exact(x, weights, training).shape));
        layer.trainableWeights.forEach((w, i) => {
          const before = weights[i] as Nd;
          const gradient = gradient64((t) => loss(weights.with(i, t)), before);
          const after = before.values.map((v, j) => v - RATE * (gradient[j] as number));
          expect(w.read()).toBeAllClose(after, TOLERANCE.gradient);
          // A scale that no step ever moves passes every comparison of outputs.
          expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-4);
        });
      });
  },
);

/** Where a backend lacks the kernels, it says so: the day it does not, these cases are to be compared in full. */
function expectNoGradient({ layer, input }: { layer: tf.layers.Layer; input: tf.Tensor }): void {
  const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
  const gradient = () =>
    tf.variableGrads(() => (layer.apply(input) as tf.Tensor).square().sum().asScalar(), variables);
  expect(gradient).toThrow(/not registered for (the )?backend 'wasm'/);
}
