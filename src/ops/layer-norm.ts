import * as tf from '@tensorflow/tfjs';
import { normGuard } from './guard.js';
import { normalize } from './normalize.js';

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
  return tf.tidy(() => normalize(x, gain, bias, { over: [1], epsilon: normGuard(epsilon) }).y);
}
