/**
 * MLP with standout: dropout whose rate depends on the input.
 *
 * What: each unit is kept with probability sigmoid(alpha z + beta), where z is its own pre-activation: strong units stay,
 *   weak ones are dropped. Prediction multiplies each unit by that probability.
 * When: to regularize a network where some units matter far more than others for an input. beta above 0 keeps more.
 * Paper: Ba and Frey, "Adaptive dropout for training deep neural networks", NIPS 2013.
 * Measured: 97.67 ± 0.22 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';
import { standoutDense } from 'evenkeel';

/**
 * 0.5: standout halves the activations and with them the gradients, and 0.3 is 1 % behind after one epoch
 * (`npm run learning-rates mlp-standout`).
 */
export const learningRate = 0.5;

export function buildMlpStandout({
  inputSize = 784,
  hidden = [128, 128],
  classes = 10,
  learningRate: rate = learningRate,
  alpha = 1,
  beta = 0,
  seed = 1,
} = {}): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [inputSize] })] });
  hidden.forEach((units, i) => {
    const n = i + 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed * 100 + n });
    model.add(
      standoutDense({ name: `hidden_${n}`, units, activation: 'relu', alpha, beta, seed, kernelInitializer }),
    );
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildMlpStandout({ inputSize: 20, classes: 4 });
  const x = tf.randomNormal([1024, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
