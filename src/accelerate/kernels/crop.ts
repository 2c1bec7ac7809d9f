import * as tf from '@tensorflow/tfjs';

/** How a window moves over the axes of an image, batch and channels left out. */
interface Moves {
  window: readonly number[];
  strides: number | readonly number[];
  dilations?: number | readonly number[] | null | undefined;
}

/**
 * The shape of images without the last rows and columns that no window with padding `same` sees; null where windows see
 * all of them. Such are left where a stride is above the window: tfjs counts them as padding below zero, and puts the
 * windows elsewhere.
 */
export function croppedShape<Shape extends number[]>(
  shape: Shape,
  { window, strides, dilations }: Moves,
): Shape | null {
  const cropped = shape.map((size, i) => {
    if (i === 0 || i === shape.length - 1) return size;
    const stride = along(strides, i - 1);
    const extent = (window[i - 1]! - 1) * along(dilations ?? 1, i - 1) + 1;
    return Math.min(size, (Math.ceil(size / stride) - 1) * stride + extent);
  });
  return tf.util.arraysEqual(shape, cropped) ? null : (cropped as Shape);
}

export const along = (each: number | readonly number[], axis: number): number =>
  typeof each === 'number' ? each : each[axis]!;

/** The first entries along each axis. */
export const crop = <R extends tf.Rank>(x: tf.Tensor<R>, shape: number[]): tf.Tensor<R> =>
  tf.slice(
    x,
    shape.map(() => 0),
    shape,
  );

/** Zeros in place of what was cropped, in a gradient. */
export const uncrop = (x: tf.Tensor, shape: readonly number[]): tf.Tensor =>
  tf.pad(
    x,
    shape.map((size, axis): [number, number] => [0, size - x.shape[axis]!]),
  );
