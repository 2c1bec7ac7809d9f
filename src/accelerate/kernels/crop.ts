import * as tf from '@tensorflow/tfjs';

/** How a window moves over the axes of an image, without batch and channels. */
interface Moves {
  window: readonly number[];
  strides: number | readonly number[];
  dilations?: number | readonly number[] | null | undefined;
}

/**
 * The shape of images without their last rows and columns that no window covers, with padding `same`; null where windows
 * cover all. A stride larger than the window leaves such rows and columns: tfjs counts them as negative padding, and shifts
 * the windows.
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

/** Pads a gradient with zeros for what was cropped. */
export const uncrop = (x: tf.Tensor, shape: readonly number[]): tf.Tensor =>
  tf.pad(
    x,
    shape.map((size, axis): [number, number] => [0, size - x.shape[axis]!]),
  );
