import type * as tf from '@tensorflow/tfjs';
import type { Constraint, Initializer, Regularizer } from '../layer/dense.js';

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
