import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';
import { magnitude } from './lengths.js';
import { erf, exp } from './smooth.js';

/** How weights are dropped, and what makes up for it. */
export interface Dropping {
  /** The probability to drop a weight, in [0, 1]. */
  readonly rate: number;
  /** What kept weights are multiplied by: `1 / (1 - rate)` in the inverted form, 1 in the classical one. */
  readonly scale: number;
  /** `(1 - rate) scale`: 1 in the inverted form, `1 - rate` in the classical one. */
  readonly meanScale: number;
}

/** Mean and standard deviation of independent normal variables, of one shape. */
export interface Gaussian {
  readonly mean: tf.Tensor2D;
  readonly deviation: tf.Tensor2D;
}

/**
 * The normal distribution with the moments of a product whose weights are dropped.
 *
 * For `u = scale x (M * W)`, `M ~ Bernoulli(1 - rate)`: mean `meanScale x W`, variance
 * `rate (1 - rate) scale^2 (x * x)(W * W)`.
 *
 * Examples and units may have any magnitude from 1e-35 to 1e35: they are divided by their largest entries before they are
 * squared. Where the variance is 0 the deviation's gradient is 0, as for an example of zeros.
 *
 * Source: Wan et al., "Regularization of neural networks using DropConnect", ICML 2013, section 3.2.
 *
 * @param x `[batch, inputs]`
 * @param kernel `[inputs, units]`
 * @returns both `[batch, units]`
 */
export function dropConnectGaussian(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  { rate, scale, meanScale }: Dropping,
): Gaussian {
  const [ofExample, ofUnit] = [magnitude(x, [1]), magnitude(kernel, [0])]; // [batch, 1], [1, units]
  const squares: tf.Tensor2D = tf.matMul(tf.square(x.div(ofExample)), tf.square(kernel.div(ofUnit)));
  const deviation = root(squares).mul(ofUnit.mul(scale * Math.sqrt(rate * (1 - rate))));
  return { mean: tf.matMul<tf.Tensor2D>(x, kernel).mul(meanScale), deviation: deviation.mul(ofExample) };
}

/** Forward: `y = sqrt(x)`. Backward: `dx = dy / (2 y)`, 0 where y is 0. */
function root(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient<[tf.Tensor2D], tf.Tensor2D, [tf.Tensor2D]>(
    ([x], save) => {
      const value = tf.sqrt(x);
      save([value]);
      return { value, gradient: (dy, [y]) => [tf.divNoNan(dy, y.mul(2))] };
    },
    (x) => {
      const above = tf.step(x); // 0 where x is 0
      return tf.sqrt(x.add(tf.sub(1, above))).mul(above);
    },
  )(x);
}

/** Beyond this many deviations from its mean a normal variable is not found in float32. */
const FAR = 64;

/**
 * The mean of `max(u, 0)`, u normal of mean m and standard deviation s.
 *
 * Forward: `y = s phi(t) + m Phi(t)`, `t = m / s`, computed as `max(m, 0) + s (phi(|t|) - |t| Phi(-|t|))`, which no
 * magnitude of t cancels or turns negative; `max(m, 0)` at s = 0. Backward: `dm = Phi(t) dy`, `ds = phi(t) dy`.
 *
 * Right to about 1e-6 of s: that is what `tf.erf` allows.
 *
 * Source: Wan et al., "Regularization of neural networks using DropConnect", ICML 2013, section 3.2;
 * the mean by integration.
 *
 * @returns the shape of both
 */
export function gaussianRelu({ mean, deviation }: Gaussian): tf.Tensor2D {
  const op = withGradient<[tf.Tensor2D, tf.Tensor2D], tf.Tensor2D, [tf.Tensor2D, tf.Tensor2D]>(
    ([m, s], save) => {
      save([m, s]);
      const distance = tf.abs(standardized(m, s));
      const excess = tf.relu(density(distance).sub(distance.mul(above(distance))));
      return {
        value: tf.relu(m).add(excess.mul(s)),
        gradient: (dy, [m, s]) => {
          const t = standardized(m, s);
          return [dy.mul(above(t.neg())), dy.mul(density(t))];
        },
      };
    },
    composed,
  );
  return op(mean, deviation);

  function composed(m: tf.Tensor2D, s: tf.Tensor2D): tf.Tensor2D {
    const near = tf.step(s.mul(FAR).sub(tf.abs(m)));
    const within = m.div(s.mul(near).add(tf.sub(1, near))).mul(near);
    const sign = tf.step(m).sub(tf.step(m.neg()));
    const t = within.add(sign.mul(FAR).mul(tf.sub(1, near)));
    return m.mul(above(t.neg())).add(s.mul(density(t)));
  }
}

/** `m / s` within -64 and 64, for which s = 0 counts as the limit; 0 where both are 0. */
function standardized(m: tf.Tensor, s: tf.Tensor): tf.Tensor {
  return tf.divNoNan(m, tf.maximum(s, tf.abs(m).div(FAR)));
}

/** phi, the density of the standard normal distribution. */
function density(t: tf.Tensor): tf.Tensor {
  return exp(tf.square(t).div(-2)).div(Math.sqrt(2 * Math.PI));
}

/** `Phi(-t)`, its probability above t. */
function above(t: tf.Tensor): tf.Tensor {
  return erf(t.div(Math.SQRT2)).neg().add(1).div(2);
}

/**
 * The mean of `f(u)` over given normal numbers n: `u = m + s n`.
 *
 * @param f keeps the shape
 * @param normals `[samples, units]`: all examples share a sample's, so that none depends on its place in the batch
 * @returns `[batch, units]`
 */
export function gaussianMeanOf(
  f: (u: tf.Tensor) => tf.Tensor,
  { mean, deviation }: Gaussian,
  normals: tf.Tensor2D,
): tf.Tensor {
  const [samples, units] = normals.shape;
  return meanOverSamples(samples, (i) => f(mean.add(deviation.mul(normals.slice([i, 0], [1, units])))));
}

/** The mean of a number of tensors of one shape, of which one at a time is there. */
export function meanOverSamples(samples: number, sample: (i: number) => tf.Tensor): tf.Tensor {
  let sum = tf.tidy(() => sample(0));
  for (let i = 1; i < samples; i++) {
    const last = sum;
    sum = tf.tidy(() => last.add(sample(i)));
    last.dispose();
  }
  return sum.div(samples);
}
