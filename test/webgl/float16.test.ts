/** What devices without float32 textures compute: many phones. Here the same Chromium is told to use float16. */
import * as tf from '@tensorflow/tfjs';
import { cosineConv2d, cosineDense, iterativeWhitening, meanOnlyBatchNorm, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { sampleNd } from '../support/nd.js';

// Before the backend starts, which keeps the answer.
tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);

const finite = (t: tf.Tensor) => Array.from(t.dataSync()).every(Number.isFinite);
const conv = { filters: 2, kernelSize: 3 };

const LAYERS: [string, () => tf.layers.Layer, number[]][] = [
  ['cosineDense', () => cosineDense({ units: 4 }), [7]],
  ['cosineDense, centred', () => cosineDense({ units: 4, center: true }), [7]],
  ['cosineDense, augmented', () => cosineDense({ units: 4, bias: 'augmented' }), [7]],
  ['cosineConv2d', () => cosineConv2d(conv), [5, 5, 2]],
  ['cosineConv2d, centred', () => cosineConv2d({ ...conv, center: true }), [5, 5, 2]],
  ['weightNorm of dense', () => weightNorm({ layer: tf.layers.dense({ units: 4 }) }), [7]],
  ['weightNorm of conv2d', () => weightNorm({ layer: tf.layers.conv2d(conv) }), [5, 5, 2]],
  ['weightNorm of lstm', () => weightNorm({ layer: tf.layers.lstm({ units: 3 }) }), [3, 4]],
  ['meanOnlyBatchNorm', () => meanOnlyBatchNorm(), [7]],
  ['iterativeWhitening', () => iterativeWhitening({ epsilon: 1e-2 }), [3]],
];

it('computes in float16', () => {
  expect(tf.getBackend()).toBe('webgl');
  // Large enough not to be computed on the processor.
  expect(tf.ones([64, 64]).mul(1e-9).dataSync()[0]).toBe(0);
});

describe.each(LAYERS)('%s', (name, make, inputShape) => {
  const inputs: [string, tf.Tensor][] = [0, 1, 100].map((value) => [
    `a constant of ${value}`,
    tf.fill([4, ...inputShape], value),
  ]);
  const sample = sampleNd([4, ...inputShape], 1);
  inputs.push(['numbers of order 1', tf.tensor(sample.values, sample.shape)]);

  it.each(inputs)('answers %s with finite numbers and gradients', (_, x) => {
    const layer = make();
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    expect(finite(y)).toBe(true);
    const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
    const { grads } = tf.variableGrads(
      () => (layer.apply(x, { training: true }) as tf.Tensor).sum().asScalar(),
      variables,
    );
    for (const gradient of Object.values(grads)) expect(finite(gradient)).toBe(true);
  });

  if (/^cosine/.test(name) && !/augmented/.test(name)) {
    it.each(/centred/.test(name) ? [0, 1, 100] : [0])('gives 0 for a constant of %d', (value) => {
      const y = make().apply(tf.fill([4, ...inputShape], value)) as tf.Tensor;
      expect(y).toBeAllClose(tf.zerosLike(y), { atol: 1e-3 });
    });

    it('has zero weights give 0 with a finite gradient', () => {
      const layer = make();
      const x = tf.tensor(sample.values, sample.shape);
      layer.apply(x);
      const [kernel] = layer.weights as [tf.LayerVariable];
      kernel.write(tf.zerosLike(kernel.read()));
      const y = layer.apply(x) as tf.Tensor;
      expect(y).toBeAllClose(tf.zerosLike(y));
      const { grads } = tf.variableGrads(
        () => (layer.apply(x) as tf.Tensor).sum().asScalar(),
        [kernel.read() as tf.Variable],
      );
      expect(Object.values(grads).every(finite)).toBe(true);
    });

    it('does not change when examples are scaled by 300', () => {
      const layer = make();
      const x = tf.tensor(sample.values, sample.shape);
      const y = layer.apply(x) as tf.Tensor;
      expect(layer.apply(x.mul(300)) as tf.Tensor).toBeAllClose(y, { rtol: 1e-2, atol: 1e-2 });
    });
  }
});
