import * as tf from '@tensorflow/tfjs';
import { nativeOp } from './native-op.js';

/**
 * Dropout with a given source of chance.
 *
 * Forward: `y = x r`, `r = scale where noise >= rate, else 0`. Backward: `dx = dy r`.
 *
 * The inverted form has scale `1 / (1 - rate)`, the classical one 1. rate 0 with scale 1 is the identity, rate 1 gives
 * zeros.
 *
 * Source: Srivastava et al., "Dropout", JMLR 15 (2014), section 4, and section 10 for the inverted form.
 *
 * @param x any shape
 * @param noise uniform numbers in [0, 1) of a shape that broadcasts to that of x
 * @param rate the probability to drop, in [0, 1]
 * @returns the shape of x
 */
export function dropout<T extends tf.Tensor>(
  x: T,
  noise: tf.Tensor,
  rate: number,
  scale = rate < 1 ? 1 / (1 - rate) : 0,
): T {
  // By the comparison a noise of NaN would keep: uniform numbers are none.
  return x.mul(keptAs(scale, tf.greaterEqual(noise, rate))) as T;
}

/** `scale` where kept, else 0: one pass on the native backend. */
function keptAs(scale: number, kept: tf.Tensor): tf.Tensor {
  return (
    nativeOp('SelectV2', { T: 'float32' }, () => [kept, tf.scalar(scale), tf.scalar(0)]) ??
    kept.cast('float32').mul(scale)
  );
}

/**
 * Multiplicative Gaussian noise of the mean and the variance of inverted dropout.
 *
 * Forward: `y = x (1 + s n)`, `s = sqrt(rate / (1 - rate))`. Backward: `dx = dy (1 + s n)`.
 *
 * Source: Srivastava et al., "Dropout", JMLR 15 (2014), section 10.
 *
 * @param x any shape
 * @param noise normal numbers of mean 0 and variance 1, of a shape that broadcasts to that of x
 * @param rate the probability to drop that it stands for, in [0, 1)
 * @returns the shape of x
 */
export function gaussianDropout<T extends tf.Tensor>(x: T, noise: tf.Tensor, rate: number): T {
  return x.mul(noise.mul(Math.sqrt(rate / (1 - rate))).add(1)) as T;
}
