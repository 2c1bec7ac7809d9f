import * as tf from '@tensorflow/tfjs';
import { centre } from './centre.js';
import { withLazyGradient } from './gradient.js';
import { clearPadding } from './padding.js';
import { sumTo } from './sum-to.js';

export interface NormalizeOptions {
  /** Axes over which mean and variance are taken. */
  over: number[];
  /** Added to the variance inside the root: above 0. */
  epsilon: number;
}

/** Normalized values with the statistics that they were normalized by, which carry no gradient. */
export interface Normalized<T extends tf.Tensor> {
  y: T;
  /** The shape of x, with 1 along the axes that the statistics were taken over. */
  mean: tf.Tensor;
  variance: tf.Tensor;
}

type Inputs = [x: tf.Tensor, ...parameters: tf.Tensor[]];
type Saved = [normal: tf.Tensor, inverse: tf.Tensor, ...gain: tf.Tensor[]];

/**
 * Batch normalization in training, layer normalization and their relatives, by the axes of their statistics.
 *
 * Forward: `y = gain x^ + bias`, `x^ = r (x - mean(x))`, `r = 1 / sqrt(var(x) + epsilon)`, with the biased variance.
 *
 * Backward, with `d = gain dy`: `dx = r (d - mean(d) - x^ mean(d x^))`, `dgain = sum(dy x^)`, `dbias = sum(dy)`, the sums
 * over the axes along which gain and bias are 1.
 *
 * Sources: Ioffe and Szegedy, arXiv 1502.03167; Ba, Kiros and Hinton, arXiv 1607.06450.
 *
 * @param gain of the last axes of x, with size 1 where it does not vary; null for 1
 * @param bias the same; null for 0
 */
export function normalize<T extends tf.Tensor>(
  x: T,
  gain: tf.Tensor | null,
  bias: tf.Tensor | null,
  { over, epsilon }: NormalizeOptions,
): Normalized<T> {
  const inputs: Inputs = [x, ...[gain, bias].filter((input) => input !== null)];
  const [y, mean, variance] = withLazyGradient<Inputs, [T, tf.Tensor, tf.Tensor], Saved>((_, save) => {
    const parts = standardize(x, over, epsilon);
    save([parts.normal, parts.inverse, ...(gain ? [gain] : [])]);
    const scaled = gain ? tf.mul<T>(parts.normal, gain) : parts.normal;
    const y = clearPadding(bias ? tf.add<T>(scaled, bias) : scaled);
    return { outputs: [y, parts.mean, parts.variance], gradient };
  })(...inputs);
  return { y, mean, variance };

  function gradient(dy: tf.Tensor, [normal, inverse, gain]: Saved): (() => tf.Tensor)[] {
    const along = tf.mul(dy, normal);
    const dgain = gain && sumTo(along, gain.shape);
    const dx = () => {
      const d = gain ? tf.mul(dy, gain) : dy;
      const projection = tf.mean(gain ? tf.mul(along, gain) : along, over, true);
      const centred = tf.sub(tf.sub(d, tf.mean(d, over, true)), tf.mul(normal, projection));
      return clearPadding(tf.mul(centred, inverse));
    };
    return [dx, ...(dgain ? [() => dgain] : []), ...(bias ? [() => sumTo(dy, bias.shape)] : [])];
  }
}

function standardize<T extends tf.Tensor>(x: T, over: number[], epsilon: number) {
  const { centred, mean } = centre(x, over);
  const variance = tf.mean(tf.square(centred), over, true);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { mean, variance, inverse, normal: tf.mul<T>(centred, inverse) };
}
