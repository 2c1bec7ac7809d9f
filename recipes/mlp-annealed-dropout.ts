/**
 * MLP with annealed dropout: a rate that falls to 0 while training.
 *
 * What: after each hidden layer units are dropped at random, at a rate that falls linearly from `dropRate` to 0 in `steps`
 *   training steps: strong regularization first, the full network at the end.
 * When: where dropout would help but its noise keeps the last epochs from converging, and in small networks that constant
 *   dropout would starve.
 * Paper: Rennie, Goel, Thomas, "Annealed dropout training of deep networks", SLT 2014.
 * Measured: 97.91 ± 0.23 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';
import { annealedDropout } from 'evenkeel';

/** 0.3, as for plain ReLU: up to 0.5 is better after one epoch, 1 is not (`npm run learning-rates mlp-annealed-dropout`). */
export const learningRate = 0.3;

export function buildMlpAnnealedDropout({
  inputSize = 784,
  hidden = [128, 128],
  classes = 10,
  learningRate: rate = learningRate,
  dropRate = 0.3,
  steps = 2345, // of the whole training: 5 epochs of 469
  seed = 1,
} = {}): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [inputSize] })] });
  hidden.forEach((units, i) => {
    const n = i + 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed * 100 + n });
    model.add(tf.layers.dense({ name: `hidden_${n}`, units, activation: 'relu', kernelInitializer }));
    model.add(annealedDropout({ name: `dropout_${n}`, rate: dropRate, steps, seed }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildMlpAnnealedDropout({ inputSize: 20, classes: 4, steps: 5 * 32 });
  const x = tf.randomNormal([1024, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
