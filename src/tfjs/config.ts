import type * as tf from '@tensorflow/tfjs';

type Config = tf.serialization.ConfigDict;

/** The fields of a layer that tfjs 4.22 leaves out of its config: a separable convolution forgets its depth multiplier, one of a single dimension where its channels are. */
export function forgottenConfig(layer: tf.layers.Layer): Config {
  const { depthMultiplier, dataFormat } = layer as unknown as {
    depthMultiplier?: number;
    dataFormat?: string;
  };
  return {
    ...(depthMultiplier === undefined ? {} : { depthMultiplier }),
    ...(dataFormat === undefined ? {} : { dataFormat }),
  };
}

/** Has a new layer, and one inside of it, save what tfjs forgets: it would not load, or compute something else. */
export function saveWhole(layer: tf.layers.Layer): void {
  const { layer: inner } = layer as unknown as { layer?: tf.layers.Layer };
  if (inner) saveWhole(inner);
  if (Object.keys(forgottenConfig(layer)).every((key) => key in layer.getConfig())) return;
  const getConfig = layer.getConfig.bind(layer);
  Object.assign(layer, { getConfig: () => ({ ...getConfig(), ...forgottenConfig(layer) }) });
}
