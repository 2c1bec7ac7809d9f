import type * as tf from '@tensorflow/tfjs';

/** The weights that a layer has added itself, by whether they are trained. */
interface Held {
  readonly _trainableWeights: readonly tf.LayerVariable[];
  _nonTrainableWeights: tf.LayerVariable[];
}

const heldBy = (layer: tf.layers.Layer): Held => layer as unknown as Held;

/** The weights that a layer has added itself, those trained first, whether it is frozen or not. */
export function addedWeights(layer: tf.layers.Layer): tf.LayerVariable[] {
  const { _trainableWeights: trained, _nonTrainableWeights: others } = heldBy(layer);
  return [...trained, ...others];
}

/** Takes an untrained weight from its layer and frees it. */
export function dropWeight(layer: tf.layers.Layer, weight: tf.LayerVariable): void {
  const held = heldBy(layer);
  held._nonTrainableWeights = held._nonTrainableWeights.filter((other) => other !== weight);
  weight.dispose();
}

/** A weight whose value has rank R. */
export interface Weight<R extends tf.Rank = tf.Rank> extends tf.LayerVariable {
  read(): tf.Tensor<R>;
}

/** The rank of a shape that is written as a list. */
export type RankOf<Shape extends readonly number[]> = Shape['length'] extends keyof Ranks
  ? Ranks[Shape['length']]
  : tf.Rank;

interface Ranks {
  0: tf.Rank.R0;
  1: tf.Rank.R1;
  2: tf.Rank.R2;
  3: tf.Rank.R3;
  4: tf.Rank.R4;
}
