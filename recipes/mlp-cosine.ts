/**
 * MLP with cosine normalization in the hidden layers.
 *
 * What: each hidden unit computes the cosine of the angle between input and weights in place of their product, so that
 *   it is bounded by 1. The head stays dense: ten cosines cannot tell ten classes apart.
 * When: inputs or activations of very different magnitudes; nothing depends on the batch.
 * Paper: Luo et al., "Cosine Normalization", arXiv 1702.05870.
 * Measured: 97.91 ± 0.18 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';
import { cosineDense } from 'evenkeel';

/**
 * 3, ten times that of plain ReLU: a cosine changes only with the angle, so its gradients are small. The best after one
 * epoch are 2 to 5; 0.3 learns slowly, and at 30 nothing is learned (`npm run learning-rates mlp-cosine`).
 */
export const learningRate = 3;

export function buildMlpCosine({
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
    model.add(cosineDense({ name: `hidden_${n}`, units, activation: 'relu', kernelInitializer }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildMlpCosine({ inputSize: 20, classes: 4 });
  const x = tf.randomNormal([1024, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
