import type * as tf from '@tensorflow/tfjs';

/** The class of a layer, by which another one is made from a config. */
export const classOf = (layer: tf.layers.Layer): tf.serialization.SerializableConstructor<tf.layers.Layer> =>
  layer.constructor as tf.serialization.SerializableConstructor<tf.layers.Layer>;
