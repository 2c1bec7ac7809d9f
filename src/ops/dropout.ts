import * as tf from '@tensorflow/tfjs';
import { floatOf, type MaybeChanging, mapped, nowOf } from '../steps/changing.js';
import { FLOAT } from './native-attributes.js';
import { nativeResult } from './native-op.js';

/**
 * Dropout by a given mask.
 *
 * Forward: `y = x r`, `r = scale where kept, else 0`. Backward: `dx = dy r`.
 *
 * The inverted form has scale `1 / (1 - rate)`, the classical one 1.
 *
 * Source: Srivastava et al., "Dropout", JMLR 15 (2014), section 4, and section 10 for the inverted form.
 *
 * @param x any shape
 * @param kept bool, of a shape that broadcasts to that of x
 * @param scale a positive number
 * @returns the shape of x
 */
export function dropout<T extends tf.Tensor>(x: T, kept: tf.Tensor, scale: MaybeChanging): T {
  return tf.mul<T>(x, scaleWhere(kept, scale));
}

/** One pass on the native backend, where cast and product are two. */
function scaleWhere(kept: tf.Tensor, scale: MaybeChanging): tf.Tensor {
  const native = nativeResult([kept], ({ op, scalar }, kept) =>
    op('SelectV2', FLOAT, kept, scalar(scale), scalar(0)),
  );
  return native ?? kept.cast('float32').mul(nowOf(scale));
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
export function gaussianDropout<T extends tf.Tensor>(x: T, noise: tf.Tensor, rate: MaybeChanging): T {
  const deviation = mapped(rate, (rate) => Math.sqrt(rate / (1 - rate)));
  return tf.mul<T>(x, noise.mul(tf.tensor(floatOf(deviation), [])).add(1));
}
