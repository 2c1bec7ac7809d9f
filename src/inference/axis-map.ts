import * as tf from '@tensorflow/tfjs';
import type { AxisMap } from '../layer/foldable.js';

/** The axis counted from the front. */
export function axisOf({ axis }: AxisMap, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** One map after another, of the same axis. */
export function composed(first: AxisMap, second: AxisMap): AxisMap {
  const shift = image(first.shift, second);
  const { axis } = first;
  if ('matrix' in first) return { axis, matrix: timesLast(first.matrix, second), shift };
  if ('matrix' in second) return { axis, matrix: tf.mul(second.matrix, column(first.scale)), shift };
  return { axis, scale: tf.mul(first.scale, second.scale), shift };
}

/** The map of a kernel's last axis, without the shift: `k scale` or `k matrix`. */
export function timesLast<T extends tf.Tensor>(kernel: T, map: AxisMap): T {
  if ('scale' in map) return tf.mul(kernel, map.scale);
  const rows = kernel.reshape<tf.Tensor2D>([-1, kernel.shape.at(-1)!]);
  return tf.matMul(rows, map.matrix).reshape<T>(kernel.shape);
}

/** A map to be taken into what follows it acts on a kernel's inputs from the left: the transposed one, on its rows. */
export function transposed(map: AxisMap): AxisMap {
  return 'scale' in map ? map : { ...map, matrix: tf.transpose(map.matrix) };
}

/** The map of all features that a flattened input has; null where it mixes them or a size is not known. */
export function flattened(map: AxisMap, shape: tf.Shape): AxisMap | null {
  const sizes = shape.slice(1);
  if (!('scale' in map) || !sizes.every((size): size is number => size !== null)) return null;
  const axis = axisOf(map, shape.length) - 1;
  const form = sizes.map((_, a) => (a === axis ? -1 : 1));
  const everywhere = (vector: tf.Tensor1D) => tf.broadcastTo(vector.reshape(form), sizes).flatten();
  return { axis: -1, scale: everywhere(map.scale), shift: everywhere(map.shift) };
}

/** `b scale + shift` or `b matrix + shift`, for a vector of features. */
export function image(vector: tf.Tensor1D, map: AxisMap): tf.Tensor1D {
  return tf.add(timesLast(vector, map), map.shift);
}

/** `[n] -> [n, 1]` */
export function column(vector: tf.Tensor1D): tf.Tensor2D {
  return tf.expandDims(vector, 1);
}

export function isZero(t: tf.Tensor): boolean {
  return t.dataSync().every((value) => value === 0);
}
