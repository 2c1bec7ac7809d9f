import * as tf from '@tensorflow/tfjs';

/** Every layer of a model, those of models inside it and those that others wrap too, each once. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return [...new Set(model.layers.flatMap(withInner))];
}

function withInner(layer: tf.layers.Layer): tf.layers.Layer[] {
  if (layer instanceof tf.LayersModel) return layersOf(layer);
  const { layer: inner } = layer as { layer?: tf.layers.Layer };
  return inner instanceof tf.layers.Layer ? [layer, ...withInner(inner)] : [layer];
}

/** Whether a name is of a pattern, in which `*` stands for any characters and `?` for one. */
export function matches(pattern: string, name: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(name);
}
