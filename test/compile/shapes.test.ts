/** Nets of many shapes and batches of many sizes, compiled: losses, weights, evaluation and prediction. */
import * as tf from '@tensorflow/tfjs';
import { annealedDropout, cosineConv2d, dropConnectDense, iterativeWhitening, weightNorm } from 'evenkeel';
import fc from 'fast-check';
import { it } from 'vitest';
import { classes, expectSame, normal, seeded, train, used, weightsOf } from '../support/compiled.js';

const { layers } = tf;
const size = fc.integer({ min: 1, max: 7 });

interface Shape {
  /** The shape of an example, of as many axes as the layer takes. */
  axes: number[];
  units: number;
}

const relu = 'relu';
/** A layer of a size, and how many axes an example of it has. */
const kinds: Record<string, [axes: number, make: (shape: Shape) => tf.layers.Layer, error?: number]> = {
  dense: [1, ({ units }) => layers.dense({ units, activation: relu })],
  'dense over a sequence': [2, ({ units }) => layers.dense({ units, activation: 'tanh' })],
  'batch normalization': [3, () => layers.batchNormalization()],
  'layer normalization': [2, () => layers.layerNormalization({ epsilon: 0.1 })],
  // TensorFlow joins a convolution with its bias.
  conv2d: [3, ({ units }) => layers.conv2d({ filters: units, kernelSize: 3, padding: 'same' }), 1e-4],
  lstm: [2, ({ units }) => layers.lstm({ units })],
  gru: [2, ({ units }) => layers.gru({ units })],
  annealedDropout: [2, () => annealedDropout({ rate: 0.6, steps: 9, seed: 1 })],
  dropConnectDense: [1, ({ units }) => dropConnectDense({ units, rate: 0.5, maskPer: 'example', seed: 1 })],
  weightNorm: [1, ({ units }) => weightNorm({ layer: layers.dense({ units }) })],
  cosineConv2d: [3, ({ units }) => cosineConv2d({ filters: units, kernelSize: 2, padding: 'same' })],
  iterativeWhitening: [2, () => iterativeWhitening({ epsilon: 0.1 })],
};

const EXAMPLES = { numRuns: process.env.EVENKEEL_PROOF ? 12 : 2, seed: 7 };

for (const [name, [rank, make, error = 0]] of Object.entries(kinds)) {
  const any = fc.tuple(fc.array(size, { minLength: rank, maxLength: rank }), size, size, size);
  it(name, () =>
    fc.assert(
      fc.asyncProperty(any, async ([axes, units, one, other]) => {
        await expectSame(
          async (watch) => {
            const first = layers.dense({ units: axes.at(-1)!, activation: 'tanh', inputShape: axes });
            const model = tf.sequential({ layers: [first, make({ axes, units })] });
            if ((model.outputs[0]!.shape.length ?? 0) > 2) model.add(layers.flatten());
            model.add(layers.dense({ units: 3, activation: 'softmax' }));
            watch(seeded(model));
            model.compile({
              optimizer: tf.train.adam(0.01),
              loss: 'categoricalCrossentropy',
              metrics: ['accuracy'],
            });
            const batch = (step: number): [tf.Tensor, tf.Tensor] => {
              const count = 1 + (step % 2 ? one : other);
              return [normal([count, ...axes], step), classes(count, 3)];
            };
            const losses = await train(model, { steps: 12, batch });
            return { losses, weights: weightsOf(model), used: used(model, ...batch(99)) };
          },
          { error },
        );
      }),
      EXAMPLES,
    ),
  );
}
