import * as tf from '@tensorflow/tfjs';

/** The sum over the axes that a shape lacks or has another size at: the gradient by what was broadcast from that shape. */
export function sumTo(x: tf.Tensor, shape: number[]): tf.Tensor {
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((size, axis) => (size === shape[axis - added] ? [] : [axis]));
  if (axes.length === 0) return x;
  return added === 0 ? tf.sum(x, axes, true) : tf.sum(x, axes).reshape(shape);
}
