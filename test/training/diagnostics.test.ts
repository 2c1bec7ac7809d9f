import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { probe } from '../../src/training/diagnostics.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const constant = (value: number) => tf.initializers.constant({ value });

it('computes what a network of a few numbers gives on paper', () => {
  // h = relu(x w1), p = softmax(h w2), with w1 = [1, -1] and w2 = 0: every class has the probability 1/2.
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'hidden_1', units: 2, inputShape: [1], useBias: false }),
      tf.layers.activation({ name: 'relu_1', activation: 'relu' }),
      tf.layers.dense({
        name: 'output',
        units: 2,
        useBias: false,
        activation: 'softmax',
        kernelInitializer: constant(0),
      }),
    ],
  });
  model.layers[0]?.setWeights([tf.tensor2d([[1, -1]])]);
  const x = tf.tensor2d([[0.5], [4]]);
  const y = tf.tensor2d([
    [1, 0],
    [1, 0],
  ]);
  const { activationSparsity, gradientNorm } = probe(model, { x, y })();
  // relu gives [0.5, 0] and [4, 0]: half of the outputs are zero, by name of the block's first layer.
  expect(activationSparsity).toEqual({ hidden_1: 0.5 });
  // d loss/d logits = p - y = [-1/2, 1/2] for both; d loss/d w2 = mean of h (p - y) = [[-1.125, 1.125], [0, 0]].
  expect(gradientNorm.output).toBeCloseTo(Math.sqrt(2 * 1.125 ** 2), 5);
  // w2 is zero, so nothing flows further down.
  expect(gradientNorm.hidden_1).toBeCloseTo(0, 6);
});
