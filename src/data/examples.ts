import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { streamKey, uniformValues } from '../random/uniform.js';

/** Labelled examples in plain arrays, so that they outlive every backend. */
export interface Examples {
  count: number;
  /** Numbers of one example. */
  features: number;
  /** Height and width, where an example is an image; its pixels are in rows. */
  image?: readonly [number, number];
  classes: number;
  /** `[count, features]`; pixels are between 0 and 1. */
  inputs: Float32Array;
  /** `[count]`, from 0 to classes - 1. */
  labels: Uint8Array;
}

export interface Batch {
  /** `[size, features]`, or `[size]` and another shape of an example */
  x: tf.Tensor;
  /** `[size, classes]`, one-hot */
  y: tf.Tensor2D;
}

/** The examples at these positions, in this order. */
export function select(examples: Examples, positions: Uint32Array): Examples {
  const { features } = examples;
  const inputs = new Float32Array(positions.length * features);
  positions.forEach((from, to) => {
    inputs.set(examples.inputs.subarray(from * features, (from + 1) * features), to * features);
  });
  const labels = Uint8Array.from(positions, (from) => examples.labels[from]!);
  return { ...examples, count: positions.length, inputs, labels };
}

/** The first `count` examples, without copying them. */
export function take(examples: Examples, count: number): Examples {
  requireCount('take', 'count', count, examples);
  const { features } = examples;
  return {
    ...examples,
    count,
    inputs: examples.inputs.subarray(0, count * features),
    labels: examples.labels.subarray(0, count),
  };
}

/** Keeps `holdOut` examples aside, drawn by the seed. */
export function split(
  examples: Examples,
  holdOut: number,
  seed: number,
): { train: Examples; heldOut: Examples } {
  requireCount('split', 'holdOut', holdOut, examples);
  const order = permutation(examples.count, seed, 'hold-out', 0);
  return {
    train: select(examples, order.subarray(holdOut)),
    heldOut: select(examples, order.subarray(0, holdOut)),
  };
}

/** An array that is cut beyond its end is shorter than its count says. */
function requireCount(who: string, argument: string, value: number, { count }: Examples): void {
  if (Number.isInteger(value) && value >= 0 && value <= count) return;
  throw new ArgumentError(who, argument, `an integer from 0 to ${count}, the number of examples`, value);
}

/** The order of the examples in one epoch: a pure function of seed and epoch, the same on every machine. */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array {
  return permutation(count, seed, 'shuffle', epoch);
}

/** Fisher and Yates' shuffle of 0 to count - 1. */
function permutation(count: number, seed: number, purpose: string, step: number): Uint32Array {
  const uniform = uniformValues(count, streamKey({ seed, layer: purpose }), step);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform[i]! * (i + 1));
    const moved = order[i]!;
    order[i] = order[j]!;
    order[j] = moved;
  }
  return order;
}

/** Batches in this order, the last one shorter where the size does not divide; the caller disposes of each. */
export function* batches(
  examples: Examples,
  size: number,
  { order, shape }: { order?: Uint32Array; shape?: readonly number[] } = {},
): Generator<Batch> {
  const { count } = examples;
  for (let start = 0; start < count; start += size) {
    const end = Math.min(start + size, count);
    const positions =
      order?.subarray(start, end) ?? Uint32Array.from({ length: end - start }, (_, i) => start + i);
    yield toBatch(select(examples, positions), shape);
  }
}

/** All of the examples as one batch, each of this shape. */
export function toBatch(
  { count, features, classes, inputs, labels }: Examples,
  shape: readonly number[] = [features],
): Batch {
  const oneHot = new Float32Array(count * classes);
  labels.forEach((label, i) => {
    oneHot[i * classes + label] = 1;
  });
  return { x: tf.tensor(inputs, [count, ...shape]), y: tf.tensor2d(oneHot, [count, classes]) };
}
