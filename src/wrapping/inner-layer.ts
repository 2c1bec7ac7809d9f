import type * as tf from '@tensorflow/tfjs';
import { directionsOf, weightsOwner } from '../tfjs/inside.js';
import type { Constraint, Initializer, Regularizer } from '../tfjs/named.js';

/** How a layer describes a weight that it asks for while it is built. */
export interface WeightRequest {
  name: string;
  /** In a bidirectional layer the direction that asks; '' in any other. */
  direction: '' | 'forward' | 'backward';
  shape: number[];
  dtype: tf.DataType | undefined;
  initializer: Initializer;
  regularizer: Regularizer | undefined;
  trainable: boolean | undefined;
  constraint: Constraint | undefined;
}

/** All that a layer does with its weight. */
export type Readable = Pick<tf.LayerVariable, 'read'>;

/**
 * Builds a layer with weights that another layer makes: `answer` is asked for each weight that the layer would add. tfjs
 * has no other way to hand weights to a layer, which keeps what its `addWeight` returned; `addWeight` is replaced while the
 * layer is built.
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
