import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { forgottenConfig } from './config.js';
import { classOf } from './layer-class.js';

type Config = tf.serialization.ConfigDict;

/** The config of a layer, with what tfjs leaves out of it. */
export function configOf(layer: tf.layers.Layer): Config {
  const { layer: inner } = layer as unknown as { layer?: tf.layers.Layer };
  return {
    ...layer.getConfig(),
    ...forgottenConfig(layer),
    ...(inner instanceof tf.layers.Layer ? { layer: describe(inner) } : {}),
  };
}

/** A layer as it is written into the config of another. */
export function describe(layer: tf.layers.Layer): { className: string; config: Config } {
  return { className: layer.getClassName(), config: configOf(layer) };
}

/**
 * The layer that `describe` wrote: of a class that there is, by its own name and not by one that every object answers to.
 *
 * @throws ArgumentError for anything else
 */
export function fromWritten(wrapper: string, written: unknown): tf.layers.Layer {
  const { className, config } = (written ?? {}) as { className?: unknown; config?: Config };
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const known =
    typeof className === 'string' && Object.hasOwn(classNameMap, className) && classNameMap[className];
  const isWhole = typeof config === 'object' && config !== null;
  if (
    !known ||
    !isWhole ||
    (/^(TimeDistributed|Bidirectional)$/.test(className as string) && !config.layer)
  ) {
    throw new ArgumentError(
      wrapper,
      'the config of layer',
      'that of a layer: { className, config }',
      known && isWhole ? written : known ? { className, config } : className,
    );
  }
  const [layerClass, fromConfig] = known;
  // tfjs takes apart the config that it is given; a bidirectional layer reads one twice.
  return fromConfig(layerClass, structuredClone(config)) as tf.layers.Layer;
}

/** A new layer of the same class and config, not built. */
export function copyOf(layer: tf.layers.Layer, changes: Config = {}): tf.layers.Layer {
  const layerClass = classOf(layer);
  return layerClass.fromConfig(layerClass, { ...configOf(layer), ...changes });
}

/** What a layer has been built with, or was told to start with; none for a new one. */
export function ownWeights(layer: tf.layers.Layer): tf.Tensor[] {
  const { initialWeights } = layer as unknown as { initialWeights?: tf.Tensor[] | null };
  return layer.weights.length > 0 ? layer.getWeights() : (initialWeights ?? []);
}
