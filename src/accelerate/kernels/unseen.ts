import * as tf from '@tensorflow/tfjs';

/** How a window moves over each axis of the space. */
export interface Moves {
  window: readonly number[];
  strides: number | readonly number[];
  dilations?: number | readonly number[] | null;
}

/**
 * How much of each axis a `same` window sees. Where a stride is above the window, tfjs counts what no window sees as
 * padding below zero, and looks at other places.
 */
export function seenOf(space: readonly number[], { window, strides, dilations }: Moves): number[] {
  return space.map((size, axis) => {
    const stride = along(strides, axis);
    const extent = ((window[axis] as number) - 1) * along(dilations ?? 1, axis) + 1;
    return Math.min(size, (Math.ceil(size / stride) - 1) * stride + extent);
  });
}

const along = (of: number | readonly number[], axis: number): number =>
  typeof of === 'number' ? of : (of[axis] as number);

/** The shape of images of which only what is seen is left; null where all of it is. */
export function cutShape(shape: readonly number[], moves: Moves): number[] | null {
  const space = shape.slice(1, -1);
  const seen = seenOf(space, moves);
  if (tf.util.arraysEqual(space, seen)) return null;
  return [shape[0] as number, ...seen, shape.at(-1) as number];
}

/** The first entries along each axis. */
export const cut = <T extends tf.Tensor>(x: T, shape: number[]): T =>
  tf.slice(
    x,
    shape.map(() => 0),
    shape,
  ) as T;

/** Zeros behind, for what no window saw. */
export const uncut = (x: tf.Tensor, shape: readonly number[]): tf.Tensor =>
  tf.pad(
    x,
    shape.map((size, axis) => [0, size - (x.shape[axis] as number)] as [number, number]),
  );
