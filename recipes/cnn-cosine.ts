/**
 * Small convolutional network with cosine normalization.
 *
 * What: a filter answers with the cosine of the angle between it and the patch under it, whatever the patch's contrast,
 *   times a learned scale for each filter. The dense layer at the end stays plain.
 * When: images whose contrast varies and says nothing; nothing depends on the batch. With `center` a patch's brightness
 *   says nothing either. Empty patches give 0.
 * Paper: Luo et al., "Cosine Normalization", arXiv 1702.05870.
 * Measured: 97.66 ± 0.14 % on MNIST after 2 epochs, 3 seeds (`npx evenkeel compare cnn-batch-norm cnn-weight-norm
 *   cnn-cosine --epochs 2`).
 */
import * as tf from '@tensorflow/tfjs';
import { cosineConv2d } from 'evenkeel';

/**
 * 1: the best of 0.03 to 1 after a hundred steps: cosines are bounded, and so are their gradients
 * (`npm run learning-rates cnn-cosine -- --examples 12800`).
 */
export const learningRate = 1;

export function buildCnnCosine({
  inputShape = [28, 28, 1],
  filters = [16, 32],
  kernelSize = 3,
  center = false,
  classes = 10,
  learningRate: rate = learningRate,
  seed = 1,
} = {}): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape })] });
  filters.forEach((count, i) => {
    const n = i + 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed * 100 + n });
    const config = { filters: count, kernelSize, padding: 'same', center, kernelInitializer } as const;
    model.add(cosineConv2d({ name: `conv_${n}`, activation: 'relu', ...config }));
    model.add(tf.layers.maxPooling2d({ name: `pool_${n}`, poolSize: 2 }));
  });
  model.add(tf.layers.flatten({ name: `flatten_${filters.length}` }));
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const model = buildCnnCosine({ inputShape: [8, 8, 1], filters: [4, 8], classes: 4 });
  const x = tf.randomNormal<tf.Rank.R4>([512, 8, 8, 1], 0, 1, 'float32', 1);
  const y = tf.oneHot(tf.avgPool(x, 4, 4, 'valid').reshape([-1, 4]).argMax(1), 4); // the brightest quarter
  model.summary();
  await model.fit(x, y, {
    epochs: 5,
    batchSize: 32,
    callbacks: { onEpochEnd: (_, logs) => console.log(logs) },
  });
}
