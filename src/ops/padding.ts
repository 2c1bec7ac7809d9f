import * as tf from '@tensorflow/tfjs';

/**
 * The same values, safe to contract over an axis of odd size.
 *
 * The webgl backend stores a matrix in blocks of two by two. A broadcast sum or difference writes into the padding of an
 * odd axis as if it were data, and `tf.matMul` then adds it to the result. Division is the one that clears it.
 */
export function clearPadding<T extends tf.Tensor>(t: T): T {
  return tf.getBackend() === 'webgl' && isPadded(t) ? tf.div(t, 1) : t;
}

/** A block holds two rows and two columns, those of the last two axes. */
const isPadded = ({ shape }: tf.Tensor): boolean =>
  shape.length < 2 || shape.slice(-2).some((size) => size % 2 === 1);
