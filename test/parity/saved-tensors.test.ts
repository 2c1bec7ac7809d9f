/** What the backward pass keeps: no more bytes than the composition of ops that computes the same. */
import * as tf from '@tensorflow/tfjs';
import { cosineConv2d, cosineDense, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

type Composition = (x: tf.Tensor, weights: tf.Tensor[]) => tf.Tensor;
const length = (t: tf.Tensor, axes: number[]) => tf.sqrt(tf.sum(tf.square(t), axes, true).add(1e-12));

const CASES: [string, () => tf.layers.Layer, number[], Composition][] = [
  [
    'cosineDense',
    () => cosineDense({ units: 64, activation: 'relu' }),
    [32, 48],
    (x, [w]) =>
      tf.relu(
        tf.matMul(
          x.div(length(x, [1])) as tf.Tensor2D,
          (w as tf.Tensor).div(length(w as tf.Tensor, [0])) as tf.Tensor2D,
        ),
      ),
  ],
  [
    'cosineConv2d',
    () => cosineConv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
    [4, 10, 10, 6],
    (x, [w]) => {
      const kernel = w as tf.Tensor4D;
      const ones = tf.ones([3, 3, 6, 1]) as tf.Tensor4D;
      const patches = tf.sqrt(tf.conv2d(tf.square(x) as tf.Tensor4D, ones, 1, 'valid').add(1e-12));
      const product = tf.conv2d(
        x as tf.Tensor4D,
        kernel.div(length(kernel, [0, 1, 2])) as tf.Tensor4D,
        1,
        'valid',
      );
      return tf.relu(product.div(patches));
    },
  ],
  [
    'weightNorm of dense',
    () => weightNorm({ layer: tf.layers.dense({ units: 64, activation: 'relu' }) }),
    [32, 48],
    (x, [g, v, b]) => {
      const kernel = (v as tf.Tensor).div(length(v as tf.Tensor, [0])).mul(g as tf.Tensor);
      return tf.relu(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D).add(b as tf.Tensor));
    },
  ],
  [
    'weightNorm of conv2d',
    () => weightNorm({ layer: tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }) }),
    [4, 10, 10, 6],
    (x, [g, v, b]) => {
      const kernel = (v as tf.Tensor).div(length(v as tf.Tensor, [0, 1, 2])).mul(g as tf.Tensor);
      return tf.relu(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid').add(b as tf.Tensor));
    },
  ],
];

/** Bytes that are alive between the forward and the backward pass and were not before. */
function savedBytes(f: () => tf.Tensor, variables: tf.Variable[]): number {
  let saved = 0;
  tf.tidy(() => {
    tf.variableGrads(() => {
      const before = tf.memory().numBytes;
      // As in a model, where each layer's call is a tidy of its own: what is left is what the gradient keeps.
      const y = tf.tidy(f);
      saved = tf.memory().numBytes - before;
      return y.sum().asScalar();
    }, variables);
  });
  return saved;
}

describe.each(CASES)('%s', (name, make, inputShape, composition) => {
  it('keeps no more for the backward pass than the composition', ({ skip }) => {
    skip(/conv/i.test(name) && !trainsConvolutions(), NO_GRADIENT);
    const layer = make();
    const x = tf.variable(tf.randomNormal(inputShape, 0, 1, 'float32', 3));
    layer.apply(x);
    const weights = layer.trainableWeights.map((w) => w.read() as tf.Variable);
    const own = savedBytes(() => layer.apply(x) as tf.Tensor, [x, ...weights]);
    const composed = savedBytes(() => composition(x, weights), [x, ...weights]);
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThanOrEqual(composed);
  });
});
