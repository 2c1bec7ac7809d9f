import * as tf from '@tensorflow/tfjs';
import { constantOf } from './gradient.js';
import { normGuard } from './guard.js';
import { INDEXED } from './native-attributes.js';
import { nativeGradientOp } from './native-op.js';

/** Sums of squares over all axes but the last. TensorFlow has one op for it, which takes a third of the time of two. */
export function sumOfSquares(t: tf.Tensor, axes: number[], keepDims = false): tf.Tensor {
  const lengths = nativeGradientOp('EuclideanNorm', { ...INDEXED, keep_dims: keepDims }, () => [
    t,
    tf.tensor1d(axes, 'int32'),
  ]);
  return lengths ? tf.square(lengths) : tf.sum(tf.square(t), axes, keepDims);
}

/** The axes of a kernel over which the length of one output's weights is taken: all but those of the outputs. */
export function inputAxes(kernel: tf.Tensor, outputAxes: number[]): number[] {
  const outputs = outputAxes.map((axis) => (axis + kernel.rank) % kernel.rank);
  return kernel.shape.map((_, axis) => axis).filter((axis) => !outputs.includes(axis));
}

/** `|v|` of each output's weights, epsilon inside the root, of the shape of the kernel's output axes. */
export function kernelLengths(kernel: tf.Tensor, outputAxes: number[], epsilon: number): tf.Tensor {
  return tf.tidy(() =>
    tf.sqrt(sumOfSquares(kernel, inputAxes(kernel, outputAxes), false).add(normGuard(epsilon))),
  );
}

/**
 * `1 / sqrt(squares + guard)`, and 0 where the squares are 0: what has no length has no direction, and a gradient of 0 by
 * way of it, where that of the root is `1 / sqrt(guard)`, a million by default.
 *
 * @param rounding what the squares may be for rounding alone
 */
export function inverseLength(
  squares: tf.Tensor,
  guard: number,
  rounding: tf.Tensor | number = 0,
): tf.Tensor {
  const isLong = constantOf(squares, (squares) => tf.greater(squares, rounding).cast('float32'));
  return tf.rsqrt(squares.add(guard)).mul(isLong);
}

/**
 * The largest magnitude over the axes, kept as axes of size 1; 1 where all is zero; a constant. What is divided by it has
 * a square that neither overflows nor vanishes.
 */
export function magnitude(t: tf.Tensor, axes: number[]): tf.Tensor {
  return constantOf(t, (t) => {
    const largest = tf.max(tf.abs(t), axes, true);
    return tf.where(tf.greater(largest, SMALLEST), largest, tf.onesLike(largest));
  });
}

/** Below it the inverse is near the end of float32. */
const SMALLEST = 1e-35;
