/**
 * One example at a time: layer normalization where batch normalization cannot work.
 *
 * What: dense, layer norm, ReLU, trained with plain descent on batches of a single example. A batch norm would find in
 *   every batch its own mean and no variance, and erase the input; layer norm looks at one example only.
 * When: examples arrive one by one (online learning), or are too large for more than a few in memory. The learning rate
 *   falls with the batch: a hundredth of that at 128.
 * Paper: Ba, Kiros, Hinton, "Layer Normalization", arXiv 1607.06450.
 * Measured: 89.63 ± 0.94 %, mlp-batch-norm 12.80 ± 2.86 % on MNIST after 1 epoch of 4000 examples, 3 seeds (`npx
 *   evenkeel compare mlp-batch-norm tiny-batches --batch-size 1 --examples 4000 --learning-rate 0.003`).
 */
import * as tf from '@tensorflow/tfjs';

/**
 * 0.003, a hundredth of that for batches of 128: the best of 0.001 to 0.1 after a thousand steps
 * (`npm run learning-rates tiny-batches -- --examples 1000 --batch-size 1`).
 */
export const learningRate = 0.003;

export const batchSize = 1;

export function buildTinyBatches({
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
    model.add(tf.layers.layerNormalization({ name: `norm_${n}` }));
    model.add(tf.layers.activation({ name: `relu_${n}`, activation: 'relu' }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildTinyBatches({ inputSize: 20, classes: 4 });
  const x = tf.randomNormal([512, 20], 0, 1, 'float32', 1);
  const y = tf.oneHot(x.slice([0, 0], [-1, 4]).argMax(1), 4);
  model.summary();
  await model.fit(x, y, {
    epochs: 2,
    batchSize,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
