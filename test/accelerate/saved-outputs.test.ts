import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { checkGradient } from '../../src/testing/index.js';
import { accelerated } from '../support/accelerated.js';

const rows = (x: tf.Tensor) => x.reshape([2, 2]);

/** Ops whose gradients are made of what they return, and some that are made of such ops. */
const OPS: [string, (x: tf.Tensor) => tf.Tensor][] = [
  ['exp', tf.exp],
  ['tanh', tf.tanh],
  ['sigmoid', tf.sigmoid],
  ['softmax', (x) => tf.softmax(rows(x))],
  ['logSoftmax', (x) => tf.logSoftmax(rows(x))],
  ['pow of the exponent', (x) => tf.pow(tf.scalar(2.5), x)],
  ['swish', (x) => x.mul(tf.sigmoid(x))],
  ['the logarithm of a sigmoid', (x) => tf.log(tf.sigmoid(x).add(0.1))],
  ['sigmoidCrossEntropy', (x) => tf.losses.sigmoidCrossEntropy(tf.tensor1d([1, 0, 0, 1]), x)],
  ['an op of a user that saves its output', (x) => power(tf.sin(x))],
];

/** `exp(x)`, with a gradient by its own output. */
const power = tf.customGrad((x, save) => {
  const value = tf.exp(x as tf.Tensor);
  (save as tf.GradSaveFunc)([value]);
  return { value, gradFunc: (dy, [y]) => tf.mul(dy, y as tf.Tensor) };
});

const x = () => tf.tensor1d([0.63, -0.41, 1.3, 0.87]);

describe('derivatives of gradients that are made of outputs', () => {
  it.each(OPS)('%s: those of differences, and of these', (_, op) => {
    accelerated(() => checkGradient(op, [x()], { order: 3, step: 5e-3, rtol: 2e-2, atol: 1e-2 }));
  });

  it.each(OPS)('%s: without it tfjs throws, or is wrong', (_, op) => {
    expect(() => checkGradient(op, [x()], { order: 2, step: 5e-3, rtol: 2e-2, atol: 1e-2 })).toThrow();
  });

  it('leaves first gradients as they are', () => {
    for (const [, op] of OPS) {
      const gradient = () => tf.grad((x: tf.Tensor) => op(x))(x());
      expect(accelerated(gradient)).toBeAllClose(gradient(), { rtol: 0, atol: 0 });
    }
  });
});
