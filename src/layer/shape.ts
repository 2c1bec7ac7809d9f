import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { type Check, isInteger } from '../errors/checks.js';

type Rank = { exactly: number } | { atLeast: number };

/** The number of input features, from the input shape that a layer is built with. */
export function features(layer: string, inputShape: tf.Shape | tf.Shape[]): number {
  return channels(layer, inputShape, { atLeast: 2 }, -1);
}

/**
 * The size of the channels' axis, from the input shape that a layer is built with.
 *
 * @throws ArgumentError where the rank is another or the size is not known
 */
export function channels(layer: string, inputShape: tf.Shape | tf.Shape[], rank: Rank, axis: number): number {
  const shape = onlyShape(inputShape);
  const size = shape[axis < 0 ? shape.length + axis : axis];
  const [fits, words] =
    'exactly' in rank
      ? [shape.length === rank.exactly, `rank ${rank.exactly}`]
      : [shape.length >= rank.atLeast, `rank ${rank.atLeast} or more`];
  if (!fits || size == null) {
    const which = axis === -1 ? 'last dimension' : `dimension ${axis}`;
    throw new ArgumentError(layer, 'the input', `of ${words} with a known ${which}`, shape);
  }
  return size;
}

/** @throws ArgumentError for an input of another size than the layer was built for */
export function requireChannels(layer: string, shape: tf.Shape, axis: number, size: number | null): void {
  if (shape[axis < 0 ? shape.length + axis : axis] === size) return;
  const which = axis === -1 ? 'a last dimension' : `a dimension ${axis}`;
  throw new ArgumentError(layer, 'the input', `of ${which} of ${size}, as it was built for`, shape);
}

/** The shape of the first input, or of the only one. */
export function onlyShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
  return isOne(inputShape) ? inputShape : inputShape[0]!;
}

const isOne = (inputShape: tf.Shape | tf.Shape[]): inputShape is tf.Shape => !Array.isArray(inputShape[0]);

/** The input shape with its last dimension replaced. */
export function withLast(inputShape: tf.Shape | tf.Shape[], units: number): tf.Shape {
  return [...onlyShape(inputShape).slice(0, -1), units];
}

/** The size of the last dimension, null where it is not known. */
export function lastSize(inputShape: tf.Shape | tf.Shape[]): number | null {
  return onlyShape(inputShape).at(-1) ?? null;
}

/** Shape of a mask: 1 shares it along a dimension, null stands for the input's own size. */
export type NoiseShape = (number | null)[];

/** Of sizes that an input could have. */
export const noiseShape: Check<NoiseShape | null> = (layer, argument, value) => {
  if (value === null) return null;
  const sizes: unknown[] = Array.isArray(value) ? Array.from(value) : [];
  const right = sizes.filter((size): size is number | null => size === null || (isInteger(size) && size > 0));
  if (Array.isArray(value) && right.length === sizes.length) return right;
  throw new ArgumentError(layer, argument, 'a list of positive integers and null', value);
};

/** The shape of the mask for an input. */
export function maskShape(layer: string, noiseShape: NoiseShape | null, inputShape: number[]): number[] {
  if (noiseShape === null) return inputShape;
  const shape = noiseShape.map((size, i) => size ?? inputShape[i]!);
  if (shape.length !== inputShape.length || shape.some((size, i) => size !== 1 && size !== inputShape[i])) {
    throw new ArgumentError(
      layer,
      'noiseShape',
      `of the input's rank, each dimension 1, null or the input's own (${JSON.stringify(inputShape)})`,
      noiseShape,
    );
  }
  return shape;
}
