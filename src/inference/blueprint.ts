import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../arguments/check.js';
import { configOf } from '../arguments/inner-layer.js';

type Config = tf.serialization.ConfigDict;

/** All it takes to make a layer. */
export interface Blueprint {
  /** With what is inside of a wrapper in brackets. */
  readonly className: string;
  readonly layerClass: tf.serialization.SerializableConstructor<tf.layers.Layer>;
  readonly config: Config;
  /** In the order in which the layer adds them. */
  readonly weights: readonly tf.Tensor[];
}

export function blueprintOf(
  layer: tf.layers.Layer,
  weights: readonly tf.Tensor[],
  name = layer.name,
): Blueprint {
  // A conv1d leaves its data format out of its config.
  const { dataFormat } = layer as unknown as { dataFormat?: string };
  const format = dataFormat === undefined ? {} : { dataFormat };
  return {
    className: classNameOf(layer),
    layerClass: layer.constructor as tf.serialization.SerializableConstructor<tf.layers.Layer>,
    config: { ...withoutConstraints(configOf(layer)), ...format, name },
    weights,
  };
}

/** `TimeDistributed(Dense)` for a layer with another one inside. */
export function classNameOf(layer: tf.layers.Layer): string {
  const { layer: inner } = layer as unknown as { layer?: tf.layers.Layer };
  const own = layer.getClassName();
  return own === 'TimeDistributed' && inner ? `${own}(${classNameOf(inner)})` : own;
}

/** The weights of a layer in the order in which it has added them: its own list puts those that are frozen last. */
export function weightsOf(layer: tf.layers.Layer): tf.Tensor[] {
  // First: a layer that was saved with its count among the weights takes it out when they are asked for.
  const all = layer.weights;
  const { _trainableWeights: trained, _nonTrainableWeights: others } = layer as unknown as Record<
    '_trainableWeights' | '_nonTrainableWeights',
    tf.LayerVariable[]
  >;
  const added = [...trained, ...others];
  // A wrapper and a recurrent layer have the weights of what is inside and none of their own.
  return (added.length === all.length ? added : all).map((weight) => weight.read());
}

/** A new layer, not built. */
export function make({ layerClass, className, config }: Blueprint): tf.layers.Layer {
  try {
    const layer = layerClass.fromConfig(layerClass, { ...config });
    layer.setFastWeightInitDuringBuild(true);
    return layer;
  } catch (error) {
    throw unmakeable(className, config, error);
  }
}

/** Gives a layer, built by its first call, its weights. */
export function fill(layer: tf.layers.Layer, { className, config, weights }: Blueprint): void {
  try {
    layer.setWeights(weights.map(ownData));
  } catch (error) {
    throw unmakeable(className, config, error);
  }
}

/** The wasm backend goes by the shape that data were made with: it takes no reshaped vector for a bias. */
function ownData(weight: tf.Tensor): tf.Tensor {
  return weight.dtype !== 'float32' || weight instanceof tf.Variable ? weight : tf.mul(weight, 1);
}

function unmakeable(className: string, config: Config, error: unknown): ArgumentError {
  const [line] = (error as Error).message.split('\n');
  return new ArgumentError(
    'fold',
    'model',
    'of layers that can be made anew from their config and weights',
    `${config.name} of class ${className} (${line})`,
  );
}

/** tfjs applies a constraint whenever weights are set, but not in fit: trained weights would change on the way. */
function withoutConstraints(config: Config): Config {
  return without(config) as Config;

  function without(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(without);
    if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, key.endsWith('Constraint') ? null : without(inner)]),
    );
  }
}
