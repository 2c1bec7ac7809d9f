import * as tf from '@tensorflow/tfjs';

/**
 * Multiplicative uniform noise (Uout).
 *
 * Forward: `y = x (1 + beta (2 u - 1))`. Backward: `dx = dy (1 + beta (2 u - 1))`.
 *
 * beta 0 is the identity. The factor has mean 1 and variance `beta^2 / 3`.
 *
 * Source: Li, Chen, Hu, Yang, "Understanding the disharmony between dropout and batch normalization by variance shift",
 * CVPR 2019, section 6.2.
 *
 * @param x any shape
 * @param noise uniform numbers u in [0, 1) of a shape that broadcasts to that of x
 * @param beta half the width of the noise, in [0, 1]
 * @returns the shape of x
 */
export function uniformDropout<T extends tf.Tensor>(x: T, noise: tf.Tensor, beta: number): T {
  return tf.mul<T>(x, noise.mul(2 * beta).add(1 - beta));
}
