import * as tf from '@tensorflow/tfjs';
import { forgottenConfig } from '../tfjs/config.js';
import { ArgumentError } from './check.js';
import type { Constraint, Initializer, Regularizer } from './dense.js';

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
  const layerClass = layer.constructor as tf.serialization.SerializableConstructor<tf.layers.Layer>;
  return layerClass.fromConfig(layerClass, { ...configOf(layer), ...changes });
}

/** What a layer has been built with, or was told to start with; none for a new one. */
export function ownWeights(layer: tf.layers.Layer): tf.Tensor[] {
  const { initialWeights } = layer as unknown as { initialWeights?: tf.Tensor[] | null };
  return layer.weights.length > 0 ? layer.getWeights() : (initialWeights ?? []);
}

/** What a layer says of a weight that it asks for while it is built. */
export interface WeightRequest {
  name: string;
  /** Of a layer of two directions the one that asks; '' for any other. */
  direction: '' | 'forward' | 'backward';
  shape: number[];
  dtype: tf.DataType | undefined;
  initializer: Initializer;
  regularizer: Regularizer | undefined;
  trainable: boolean | undefined;
  constraint: Constraint | undefined;
}

/** Builds a layer whose weights are made by another: each that it would add is asked for instead. */
export function buildWith(
  layer: tf.layers.Layer,
  inputShape: tf.Shape | tf.Shape[],
  answer: (request: WeightRequest) => Pick<tf.LayerVariable, 'read'>,
): void {
  for (const [direction, owner] of weightsOwners(layer)) {
    const addWeight = (
      name: string,
      shape: number[],
      dtype: tf.DataType | undefined,
      initializer: Initializer,
      regularizer?: Regularizer,
      trainable?: boolean,
      constraint?: Constraint,
    ): Pick<tf.LayerVariable, 'read'> =>
      answer({ name, direction, shape, dtype, initializer, regularizer, trainable, constraint });
    Object.assign(owner, { addWeight });
  }
  layer.build(inputShape);
  layer.built = true;
}

function weightsOwners(layer: tf.layers.Layer): [WeightRequest['direction'], tf.layers.Layer][] {
  const { forwardLayer, backwardLayer } = layer as unknown as Directions;
  if (!forwardLayer || !backwardLayer) return [['', weightsOwner(layer)]];
  return [
    ['forward', weightsOwner(forwardLayer)],
    ['backward', weightsOwner(backwardLayer)],
  ];
}

/** The copies of its layer that `tf.layers.bidirectional` makes and runs. */
interface Directions {
  forwardLayer?: tf.layers.Layer;
  backwardLayer?: tf.layers.Layer;
}

/** The layer that holds the weights: the cell of a recurrent layer, what is inside of timeDistributed. */
export function weightsOwner(layer: tf.layers.Layer): tf.layers.Layer {
  const { layer: inner, cell } = layer as unknown as { layer?: tf.layers.Layer; cell?: tf.layers.Layer };
  return inner ? weightsOwner(inner) : (cell ?? layer);
}
