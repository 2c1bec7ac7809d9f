/**
 * MLP with weight normalization around each hidden layer.
 *
 * What: each unit's weights are a length times a direction, w = g v / |v|, both trained. Wrapping changes no output.
 * When: where batch norm's dependence on the batch is unwanted: reinforcement learning, generative models, small batches.
 * Paper: Salimans and Kingma, "Weight Normalization", arXiv 1602.07868.
 * Measured: 97.43 ± 0.88 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';
import { weightNorm } from 'evenkeel';

/**
 * 0.3, as for plain ReLU, whose curve it follows: better up to 0.5, less steady at 1
 * (`npm run learning-rates mlp-weight-norm`).
 */
export const learningRate = 0.3;

export function buildMlpWeightNorm({
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
    const layer = tf.layers.dense({ name: `hidden_${n}`, units, activation: 'relu', kernelInitializer });
    model.add(weightNorm({ layer }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildMlpWeightNorm({ inputSize: 20, classes: 4 });
  const x = tf.randomNormal([1024, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
