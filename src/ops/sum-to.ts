import * as tf from '@tensorflow/tfjs';

/** The sum over the axes that a shape lacks or has another size at: the gradient by what was broadcast from that shape. */
export function sumTo(x: tf.Tensor, shape: number[]): tf.Tensor {
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((size, axis) => (size === shape[axis - added] ? [] : [axis]));
  if (axes.length === 0) return x;
  if (added === 0) return tf.sum(x, axes, true);
  const sum = tf.sum(x, axes);
  return tf.util.arraysEqual(sum.shape, shape) ? sum : sum.reshape(shape);
}
