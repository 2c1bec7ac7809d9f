/**
 * MLP with batch normalization: dense, batch norm, ReLU.
 *
 * What: each unit is normalized to mean 0 and variance 1 over the batch before its activation, then scaled and shifted;
 *   the dense layer in front needs no bias. Prediction uses running averages of mean and variance.
 * When: batches of 16 examples or more. It tolerates high learning rates and poor initialization. At batch size 1 the
 *   input is erased; with dropout in front of it, the variance it has learned is not the one it meets at prediction.
 * Paper: Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167.
 * Measured: 98.02 ± 0.18 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';

/**
 * 0.3: the best of 0.03 to 1 after one epoch, all within 0.5 % from 0.2 on: batch norm forgives large rates
 * (`npm run learning-rates mlp-batch-norm`).
 */
export const learningRate = 0.3;

export function buildMlpBatchNorm({
  inputSize = 784,
  hidden = [128, 128],
  classes = 10,
  learningRate: rate = learningRate,
  seed = 1,
} = {}): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [inputSize] })] });
  hidden.forEach((units, i) => {
    const n = i + 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed * 100 + n });
    model.add(tf.layers.dense({ name: `hidden_${n}`, units, useBias: false, kernelInitializer }));
    model.add(tf.layers.batchNormalization({ name: `norm_${n}` }));
    model.add(tf.layers.activation({ name: `relu_${n}`, activation: 'relu' }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildMlpBatchNorm({ inputSize: 20, classes: 4 });
  const x = tf.randomNormal([1024, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
