import * as tf from '@tensorflow/tfjs';

/**
 * x minus its mean over some axes, and that mean, with size 1 along them.
 *
 * Twice: the first mean of numbers far from 0 is off by a rounding error, which what divides by a small deviation blows up.
 */
export function centre<T extends tf.Tensor>(x: T, over: number[]): { centred: T; mean: tf.Tensor } {
  const first = tf.mean(x, over, true);
  const rough = tf.sub(x, first);
  const rest = tf.mean(rough, over, true);
  return { centred: tf.sub(rough, rest), mean: tf.add(first, rest) };
}
