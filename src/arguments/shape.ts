import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from './check.js';

/** The number of input features, from the input shape that a layer is built with. */
export function features(layer: string, inputShape: tf.Shape | tf.Shape[]): number {
  const shape = onlyShape(inputShape);
  const last = shape[shape.length - 1];
  if (shape.length < 2 || last == null) {
    throw new ArgumentError(layer, 'the input', 'of rank 2 or more with a known last dimension', shape);
  }
  return last;
}

export function onlyShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
  return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tf.Shape;
}

/** The input shape with its last dimension replaced. */
export function withLast(inputShape: tf.Shape | tf.Shape[], units: number): tf.Shape {
  return [...onlyShape(inputShape).slice(0, -1), units];
}

/** The shape of a mask: null in a noise shape stands for the input's own dimension. */
export function maskShape(
  layer: string,
  noiseShape: (number | null)[] | null,
  inputShape: number[],
): number[] {
  if (noiseShape === null) return inputShape;
  const shape = noiseShape.map((size, i) => size ?? (inputShape[i] as number));
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
