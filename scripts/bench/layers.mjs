/** Layers by themselves, forward and backward. */
import * as tf from '@tensorflow/tfjs';

const SHAPE = [128, 1000];
const named = (name) => `${name} alone, forward and backward [${SHAPE.join(', ')}]`;
// A step is short: more of them in a turn.
const turn = { skip: 5, steps: 30 };

/** `limits` as in nets.mjs. */
export const LAYERS = [
  {
    name: named('batch norm'),
    line: () => 'alone batchNorm',
    limits: [0.2],
    turn,
    start: () => differentiator(tf.layers.batchNormalization()),
  },
  {
    name: named('layer norm'),
    line: () => 'alone layerNorm',
    limits: [0.05],
    turn,
    start: () => differentiator(tf.layers.layerNormalization()),
  },
];

/** The output in training, and from a gradient by it those by input, gain and bias. */
function differentiator(layer) {
  const [x, dy] = [1, 2].map((seed) => tf.randomNormal(SHAPE, 0, 1, 'float32', seed));
  layer.build(SHAPE);
  const inputs = [x, ...layer.trainableWeights.map((weight) => weight.read())];
  const gradients = tf.grads((x) => layer.call(x, { training: true }));
  return {
    async step() {
      const found = gradients(inputs, dy);
      // The last one, since a backend may work while nobody waits for it.
      await found.at(-1).data();
      tf.dispose(found);
    },
    dispose() {
      tf.dispose([x, dy]);
      for (const weight of layer.weights) weight.dispose();
    },
  };
}
