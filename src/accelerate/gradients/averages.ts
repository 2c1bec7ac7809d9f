import * as tf from '@tensorflow/tfjs';

/** How a window moves along an axis of `size` entries, with `before` entries of padding. */
interface Axis {
  size: number;
  window: number;
  stride: number;
  before: number;
  places: number;
}

/**
 * tfjs divides dy by the entries of the whole window. This is dy times the factor that makes it a division by the entries
 * within the image; null where the two are the same.
 */
export function rescaled(dy: tf.Tensor, axes: Axis[]): tf.Tensor | null {
  const isInside = axes.every((axis) => counts(axis).every((count) => count === axis.window));
  return isInside ? null : tf.mul(dy, shares(axes));
}

/** How many entries of the axis each window has. */
const counts = ({ size, window, stride, before, places }: Axis): number[] =>
  Array.from({ length: places }, (_, place) => {
    const first = place * stride - before;
    return Math.min(first + window, size) - Math.max(first, 0);
  });

/** The entries of the whole window by those within the image, `[1, ...places, 1]`. */
function shares(axes: Axis[]): tf.Tensor {
  const each = axes.map((axis, i) => {
    const shape = axes.map((_, j) => (i === j ? axis.places : 1));
    return tf.tensor(
      counts(axis).map((count) => axis.window / Math.max(count, 1)),
      [1, ...shape, 1],
    );
  });
  return each.reduce((product, share) => tf.mul(product, share));
}
