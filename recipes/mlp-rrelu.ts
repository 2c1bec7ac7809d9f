/**
 * MLP with randomized leaky ReLU: the slope below zero is drawn at each step.
 *
 * What: each unit multiplies what is negative by a slope of its own, uniform between `lower` and `upper` while training,
 *   and by their mean at prediction.
 * When: where leaky ReLU would do and the training set is small: the noise regularizes, and no unit dies.
 * Paper: Xu, Wang, Chen, Li, "Empirical Evaluation of Rectified Activations in Convolutional Network", arXiv 1505.00853.
 * Measured: 97.35 ± 0.70 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';
import { rrelu } from 'evenkeel';

/** 0.3, as for plain ReLU: 0.5 is as good after one epoch, 1 diverges (`npm run learning-rates mlp-rrelu`). */
export const learningRate = 0.3;

export function buildMlpRRelu({
  inputSize = 784,
  hidden = [128, 128],
  classes = 10,
  learningRate: rate = learningRate,
  lower = 1 / 8,
  upper = 1 / 3,
  seed = 1,
} = {}): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [inputSize] })] });
  hidden.forEach((units, i) => {
    const n = i + 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed * 100 + n });
    model.add(tf.layers.dense({ name: `hidden_${n}`, units, kernelInitializer }));
    model.add(rrelu({ name: `rrelu_${n}`, lower, upper, seed }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildMlpRRelu({ inputSize: 20, classes: 4 });
  const x = tf.randomNormal([1024, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
