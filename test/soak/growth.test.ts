/** A thousand training steps of every layer, on every backend, leave as many tensors and bytes as ten: `npm run soak`. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { CASES } from '../parity/cases.js';
import { sampleNd } from '../support/nd.js';
import { trainsConvolutions } from '../support/trains.js';

const STEPS = 1000;

/** A layer without weights of its own needs one in front that trains. */
function isTrainable(layer: tf.layers.Layer, x: tf.Tensor): boolean {
  tf.dispose(layer.apply(x) as tf.Tensor);
  const trainable = layer.trainableWeights.length > 0;
  layer.dispose();
  return trainable;
}

describe.each(CASES)('$layer, $name', ({ make, inputShape, convolution }) => {
  it(`holds what it held after ten of ${STEPS} steps`, { timeout: 600_000 }, async () => {
    const sample = sampleNd(inputShape, 3);
    const x = tf.tensor(sample.values, inputShape);
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ batchInputShape: inputShape }));
    if (!isTrainable(make(), x)) model.add(tf.layers.dense({ units: inputShape.at(-1) as number }));
    model.add(make());
    model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
    const y = tf.tidy(() => tf.onesLike(model.predict(x) as tf.Tensor));
    // What tfjs cannot train on wasm predicts there.
    const trains = !convolution || trainsConvolutions();
    const step = async () => {
      if (trains) await model.trainOnBatch(x, y);
      else tf.dispose(model.predictOnBatch(x));
    };
    const held = [];
    for (let i = 1; i <= STEPS; i++) {
      await step();
      if (i === 10 || i === STEPS) {
        const { numTensors, numBytes } = tf.memory();
        held.push({ numTensors, numBytes });
      }
    }
    expect(held[1]).toEqual(held[0]);
    model.dispose();
    tf.dispose([x, y]);
  });
});
