import type * as tf from '@tensorflow/tfjs';
import { directionsOf, weightsOwner } from '../tfjs/inside.js';
import type { Constraint, Initializer, Regularizer } from '../tfjs/named.js';

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

/** What a layer reads as its weight. */
export type Readable = Pick<tf.LayerVariable, 'read'>;

/**
 * Builds a layer whose weights are made by another: each that it would add is asked for instead. tfjs has no other way to
 * be handed weights: a layer keeps what its own `addWeight` returned.
 */
export function buildWith(
  layer: tf.layers.Layer,
  inputShape: tf.Shape | tf.Shape[],
  answer: (request: WeightRequest) => Readable,
): void {
  const owners = weightsOwners(layer);
  try {
    for (const [direction, owner] of owners) {
      const addWeight = (
        name: string,
        shape: number[],
        dtype: tf.DataType | undefined,
        initializer: Initializer,
        regularizer?: Regularizer,
        trainable?: boolean,
        constraint?: Constraint,
      ): Readable =>
        answer({ name, direction, shape, dtype, initializer, regularizer, trainable, constraint });
      Object.assign(owner, { addWeight });
    }
    layer.build(inputShape);
  } finally {
    for (const [, owner] of owners) Reflect.deleteProperty(owner, 'addWeight');
  }
  layer.built = true;
}

function weightsOwners(layer: tf.layers.Layer): [WeightRequest['direction'], tf.layers.Layer][] {
  const directions = directionsOf(layer);
  if (!directions) return [['', weightsOwner(layer)]];
  return [
    ['forward', weightsOwner(directions.forward)],
    ['backward', weightsOwner(directions.backward)],
  ];
}
