/** Output and gradients of the built-in layers over many shapes: as they are, and accelerated. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';

const size = fc.integer({ min: 1, max: 7 });
const shape = (least: number, most: number) => fc.array(size, { minLength: least, maxLength: most });
const PARAMETERS = { numRuns: 15, seed: 7 };

/** Numbers of either sign without a pattern that hides an error. */
const sample = (shape: number[], seed: number): tf.Tensor => {
  const count = tf.util.sizeFromShape(shape);
  const values = Float32Array.from(
    { length: count },
    (_, i) => 1.5 * Math.sin(1 + seed * 12.9898 + i * 78.233),
  );
  return tf.tensor(values, shape);
};

interface Outcome {
  y: tf.Tensor;
  gradients: tf.Tensor[];
}

/** Output in training, and gradients by the input and the weights. */
function outcome(layer: tf.layers.Layer, x: tf.Tensor): Outcome {
  const weights = layer.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
  const call = (x: tf.Tensor) => layer.call(x, { training: true }) as tf.Tensor;
  const loss = (x: tf.Tensor) =>
    call(x)
      .mul(sample(call(x).shape, 5))
      .sum()
      .asScalar();
  const dx = tf.grad(loss)(x);
  const gradients = weights.length > 0 ? tf.variableGrads(() => loss(x) as tf.Scalar, weights).grads : {};
  return { y: call(x), gradients: [dx, ...weights.map(({ name }) => gradients[name] as tf.Tensor)] };
}

function same(make: () => tf.layers.Layer, shape: number[]): void {
  tf.tidy(() => {
    const x = sample(shape, 1);
    const layer = make();
    layer.apply(x);
    layer.setWeights(layer.getWeights().map((weight, i) => (i < 2 ? sample(weight.shape, i + 2) : weight)));
    const stock = outcome(layer, x);
    const fast = accelerated(() => outcome(layer, x));
    const received = [fast.y, ...fast.gradients];
    for (const [i, expected] of [stock.y, ...stock.gradients].entries()) {
      expect(received[i]).toBeAllClose(expected, { rtol: 2e-4, atol: 5e-5 });
    }
    layer.dispose();
  });
}

describe('accelerated layers equal those of tfjs', () => {
  it.each(['relu', 'linear', 'tanh', 'softmax'] as const)('dense, %s', (activation) => {
    const any = fc.tuple(shape(2, 3), size, fc.boolean());
    fc.assert(
      fc.property(any, ([shape, units, useBias]) => {
        same(() => tf.layers.dense({ units, activation, useBias }), shape);
      }),
      PARAMETERS,
    );
  });

  it('layer normalization over the last axis', () => {
    fc.assert(
      fc.property(shape(2, 4), (shape) => {
        same(() => tf.layers.layerNormalization({ epsilon: 0.1 }), shape);
      }),
      PARAMETERS,
    );
  });

  it('batch normalization over the last axis', () => {
    fc.assert(
      fc.property(shape(2, 4), (shape) => {
        same(() => tf.layers.batchNormalization({ epsilon: 0.1 }), shape);
      }),
      PARAMETERS,
    );
  });

  it('tile', () => {
    const any = shape(1, 4).chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
      ),
    );
    fc.assert(
      fc.property(any, ([shape, reps]) => {
        tf.tidy(() => {
          const x = sample(shape, 1);
          const dy = sample(tf.tile(x, reps).shape, 2);
          const gradient = () => tf.grad((x: tf.Tensor) => tf.tile(x, reps))(x, dy);
          expect(accelerated(gradient)).toBeAllClose(gradient(), { rtol: 1e-4, atol: 1e-5 });
        });
      }),
      PARAMETERS,
    );
  });
});

describe('second derivatives', () => {
  const layers: [string, () => tf.layers.Layer][] = [
    ['dense', () => tf.layers.dense({ units: 3, activation: 'relu' })],
    ['layer normalization', () => tf.layers.layerNormalization({ epsilon: 0.1 })],
    ['batch normalization', () => tf.layers.batchNormalization({ epsilon: 0.1 })],
  ];

  it.each(layers)('%s: those of tfjs', (_, make) => {
    tf.tidy(() => {
      const x = sample([4, 6], 1);
      const layer = make();
      layer.apply(x);
      const call = (x: tf.Tensor) => layer.call(x, { training: true }) as tf.Tensor;
      const second = () => {
        const penalty = (x: tf.Tensor) => {
          const dx = tf.grad((x: tf.Tensor) => call(x).mul(call(x)).sum())(x);
          return dx.square().sum();
        };
        return tf.grad(penalty)(x);
      };
      expect(accelerated(second)).toBeAllClose(second(), { rtol: 1e-3, atol: 1e-4 });
    });
  });
});
