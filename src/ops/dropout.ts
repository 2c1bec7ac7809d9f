import * as tf from '@tensorflow/tfjs';

/**
 * Inverted dropout with a given source of chance.
 *
 * Forward: `y = x r / (1 - rate)`, `r = 1 where noise >= rate, else 0`. Backward: `dx = dy r / (1 - rate)`.
 *
 * rate 0 is the identity, rate 1 gives zeros.
 *
 * Source: Srivastava et al., "Dropout", JMLR 15 (2014), section 4, in the inverted form of its section 10.
 *
 * @param x any shape
 * @param noise uniform numbers in [0, 1) of a shape that broadcasts to that of x
 * @param rate the probability to drop, in [0, 1]
 * @returns the shape of x
 */
export function dropout<T extends tf.Tensor>(x: T, noise: tf.Tensor, rate: number): T {
  if (rate >= 1) return x.mul(0) as T;
  return x.mul(
    tf
      .greaterEqual(noise, rate)
      .cast('float32')
      .mul(1 / (1 - rate)),
  ) as T;
}
