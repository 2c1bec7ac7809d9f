import type * as tf from '@tensorflow/tfjs';

/** Takes an untrained weight from its layer and frees it. */
export function dropWeight(layer: tf.layers.Layer, weight: tf.LayerVariable): void {
  const held = layer as unknown as { _nonTrainableWeights: tf.LayerVariable[] };
  held._nonTrainableWeights = held._nonTrainableWeights.filter((other) => other !== weight);
  weight.dispose();
}
