import * as tf from '@tensorflow/tfjs';
import { withDifferentiableGradient } from './gradient.js';

/**
 * A rectifier whose slope below zero is given for each element.
 *
 * Forward: `y = x` for x > 0, else `a x`. Backward: `dx = dy` for x > 0, else `a dy`; none to a.
 *
 * Source: Xu, Wang, Chen, Li, "Empirical evaluation of rectified activations in convolutional network",
 * arXiv 1505.00853, section 2.4.
 *
 * @param x any shape
 * @param slope a, of a shape that broadcasts to that of x
 * @returns the shape of x
 */
export function rrelu<T extends tf.Tensor>(x: T, slope: tf.Tensor): T {
  return withDifferentiableGradient<[T], T, [tf.Tensor]>(([x], save) => {
    const factor = tf.where(tf.greater(x, 0), tf.onesLike(x), slope); // of x
    save([factor]);
    return { value: tf.mul<T>(x, factor), gradient: (dy, [factor]) => [dy.mul(factor)] };
  })(x);
}

/** How a slope is made of a uniform number: it is the slope, or what x is divided by. */
export type RReLULaw = 'slope' | 'divisor';

/** A slope for each uniform number in [0, 1): `l + (h - l) u` for the law 'slope', 1 over it for 'divisor'. */
export function slopeOf(noise: tf.Tensor, lower: number, upper: number, law: RReLULaw): tf.Tensor {
  const drawn = noise.mul(upper - lower).add(lower);
  return law === 'slope' ? drawn : tf.reciprocal(drawn);
}

/** The slope at prediction: of the mean. */
export function meanSlope(lower: number, upper: number, law: RReLULaw): number {
  const mean = (lower + upper) / 2;
  return law === 'slope' ? mean : 1 / mean;
}
