import type * as tf from '@tensorflow/tfjs';

/** A batch normalization in one form, however its config was written. */
export interface BatchNormalization {
  /** Below 0 counted from the last axis. */
  axis: number;
  momentum: number;
  epsilon: number;
  gamma: tf.LayerVariable | null;
  beta: tf.LayerVariable | null;
  movingMean: tf.LayerVariable;
  movingVariance: tf.LayerVariable;
}

/** The fields as tfjs keeps them, which are what the config said. */
interface Stored {
  axis: unknown;
  momentum: number;
  epsilon: number;
  gamma?: tf.LayerVariable | null;
  beta?: tf.LayerVariable | null;
  movingMean: tf.LayerVariable;
  movingVariance: tf.LayerVariable;
}

/**
 * Reads a built layer of tfjs. Keras writes the axis as a list of one, `"axis": [3]`, which tfjs takes since it only uses it
 * as an index and in comparisons; added to a number such a list is text.
 *
 * @returns null for several axes, which tfjs does not compute
 */
export function readBatchNormalization(layer: object): BatchNormalization | null {
  const { axis, momentum, epsilon, gamma, beta, movingMean, movingVariance } = layer as Stored;
  const one = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  if (!Number.isInteger(one)) return null;
  const moving = { movingMean, movingVariance };
  return { axis: one, momentum, epsilon, gamma: gamma ?? null, beta: beta ?? null, ...moving };
}
