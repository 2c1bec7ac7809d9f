import * as tf from '@tensorflow/tfjs';
import { centre } from './centre.js';
import { withGradient } from './gradient.js';
import { normGuard } from './guard.js';
import { clearPadding } from './padding.js';

export interface LayerNormOptions {
  /** Added to the variance inside the root: above 0. Default: 1e-3. */
  epsilon?: number;
}

/**
 * Layer normalization: each example by the mean and the variance of its own features.
 *
 * Forward: `y = gain x^ + bias`, `x^ = r (x - mean(x))`, `r = 1 / sqrt(var(x) + epsilon)`, with the biased variance.
 *
 * Backward, with `d = gain dy`: `dx = r (d - mean(d) - x^ mean(d x^))`, `dgain = sum_batch(dy x^)`,
 * `dbias = sum_batch(dy)`.
 *
 * A constant example gives the bias, as far as float32 holds its mean, with a finite gradient.
 *
 * Source: Ba, Kiros and Hinton, "Layer Normalization", arXiv 1607.06450, equations 3 and 4.
 *
 * @param x `[batch, features]`
 * @param gain `[features]`
 * @param bias `[features]`, or null for none
 * @returns `[batch, features]`
 */
export function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D | null = null,
  { epsilon = 1e-3 }: LayerNormOptions = {},
): tf.Tensor2D {
  const guard = normGuard(epsilon);
  const inputs = bias ? [x, gain, bias] : [x, gain];
  return withGradient<tf.Tensor[], tf.Tensor2D>((inputs, save) => {
    const [x, gain, bias] = inputs as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D?];
    const { centred } = centre(x, [1]);
    const inverse = tf.rsqrt(tf.mean(tf.square(centred), 1, true).add(guard)); // [batch, 1]
    const normal = centred.mul(inverse) as tf.Tensor2D; // [batch, features]
    const scaled = normal.mul(gain);
    save([normal, inverse, gain]);
    return { value: clearPadding((bias ? scaled.add(bias) : scaled) as tf.Tensor2D), gradient };
  })(...inputs);

  function gradient(dy: tf.Tensor2D, saved: tf.Tensor[]): tf.Tensor[] {
    const [normal, inverse, gain] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
    const d = dy.mul(gain);
    const along = normal.mul(tf.mean(d.mul(normal), 1, true));
    const dx = d
      .sub(tf.mean(d, 1, true))
      .sub(along)
      .mul(inverse);
    const dgain = tf.sum(dy.mul(normal), 0);
    return [clearPadding(dx), dgain, ...(bias ? [tf.sum(dy, 0)] : [])];
  }
}
