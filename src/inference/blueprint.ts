import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { messageOf } from '../errors/caught.js';
import { isLinear } from '../tfjs/activation.js';
import { builtinLayer, classNameOf as ownClassName } from '../tfjs/builtin-layers.js';
import { saveWhole } from '../tfjs/config.js';
import { configOf } from '../tfjs/copy-layer.js';
import { lostInCopy } from '../tfjs/copyable.js';
import { innerLayer } from '../tfjs/inside.js';
import { classOf } from '../tfjs/layer-class.js';
import { addedWeights } from '../tfjs/weights.js';

type Config = tf.serialization.ConfigDict;
type Value = tf.serialization.ConfigDictValue;

/** All it takes to make a layer. */
export interface Blueprint {
  /** With what is inside of a wrapper in brackets. */
  readonly className: string;
  /** The class of tfjs that it is of, null for any other: those who extend one have its name too. */
  readonly builtin: string | null;
  /** That it has no activation, or none that changes anything. */
  readonly linear: boolean;
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
  const lost = lostInCopy(layer);
  if (lost) throw unmakeable(classNameOf(layer), layer.name, lost);
  return {
    className: classNameOf(layer),
    builtin: builtinLayer(layer),
    linear: isLinear(layer),
    layerClass: classOf(layer),
    config: { ...withoutConstraints(configOf(layer)), name },
    weights,
  };
}

/** `TimeDistributed(Dense)` for a layer with another one inside. */
export function classNameOf(layer: tf.layers.Layer): string {
  const inner = innerLayer(layer);
  const own = ownClassName(layer);
  return own === 'TimeDistributed' && inner ? `${own}(${classNameOf(inner)})` : own;
}

/** The weights of a layer in the order in which it has added them: its own list puts those that are frozen last. */
export function weightsOf(layer: tf.layers.Layer): tf.Tensor[] {
  // First: a layer that was saved with its count among the weights takes it out when they are asked for.
  const all = layer.weights;
  const added = addedWeights(layer);
  // A wrapper and a recurrent layer have the weights of what is inside and none of their own: those in the order of
  // setWeights, which for two directions is not that of the list.
  return added.length === all.length ? added.map((weight) => weight.read()) : layer.getWeights();
}

/** A new layer, not built. */
export function make({ layerClass, className, config }: Blueprint): tf.layers.Layer {
  try {
    const layer = layerClass.fromConfig(layerClass, { ...config });
    layer.setFastWeightInitDuringBuild(true);
    saveWhole(layer);
    return layer;
  } catch (error) {
    throw unmakeable(className, String(config.name), messageOf(error));
  }
}

/** Gives a layer, built by its first call, its weights. */
export function fill(layer: tf.layers.Layer, { className, config, weights }: Blueprint): void {
  try {
    layer.setWeights(weights.map(ownData));
  } catch (error) {
    throw unmakeable(className, String(config.name), messageOf(error));
  }
}

/** The wasm backend goes by the shape that data were made with: it takes no reshaped vector for a bias. */
function ownData(weight: tf.Tensor): tf.Tensor {
  return weight.dtype !== 'float32' || weight instanceof tf.Variable ? weight : tf.mul(weight, 1);
}

/** The error for a layer that would be lost, or would compute something else. */
export function unmakeable(className: string, name: string, why: string): ArgumentError {
  const [line] = why.split('\n');
  return new ArgumentError(
    'fold',
    'model',
    'of layers that can be made again from their config and weights',
    `${name} of class ${className} (${line})`,
  );
}

/** tfjs applies a constraint whenever weights are set, but not in fit: trained weights would change on the way. */
function withoutConstraints(config: Config): Config {
  return Object.fromEntries(Object.entries(config).map(entry));

  function entry([key, value]: [string, Value]): [string, Value] {
    return [key, key.endsWith('Constraint') ? null : without(value)];
  }

  function without(value: Value): Value {
    if (Array.isArray(value)) return value.map(without);
    return isDict(value) ? Object.fromEntries(Object.entries(value).map(entry)) : value;
  }
}

function isDict(value: Value): value is Config {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}
