import * as tf from '@tensorflow/tfjs';
import { constantOf, withLazyGradient } from '../../ops/gradient.js';
import { lossEpsilon } from '../../tfjs/losses.js';
import { type Algebra, compute, type Shaped } from '../algebra.js';

/**
 * The cross-entropy of classes as tfjs's losses have it, clipping included: value and gradient in one pass each.
 *
 * Forward: `L = -sum_k t_k log c_k`, `c = clip(q)`, `q = p / sum p`, clipped to [epsilon, 1 - epsilon] of tfjs; where the
 * labels are sparse, it clips p before its sum too.
 *
 * Backward: `dp = dL (sum_k m_k t_k - m t / c) / sum p`, m being 1 where q is not clipped, else 0; for sparse labels 0
 * where p itself is clipped.
 *
 * @param t targets in the shape of p, whose rows may add up to anything
 * @param p `[..., classes]`, whose rows may too
 * @returns `[...]`
 */
export function crossEntropy(t: tf.Tensor, p: tf.Tensor, isSparse: boolean): tf.Tensor {
  const [losses] = withLazyGradient<[tf.Tensor], [tf.Tensor]>(
    ([p], save) => {
      const [losses] = compute([t, p], (algebra, inputs) => forward(algebra, inputs, isSparse));
      save([t, p]);
      return { outputs: [losses as tf.Tensor], gradient };
    },
    (p) => [composed(t, p, isSparse)],
  )(p);
  return losses;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [t, p] = saved as [tf.Tensor, tf.Tensor];
    return [
      () => compute([dy, t, p], (algebra, inputs) => backward(algebra, inputs, isSparse))[0] as tf.Tensor,
    ];
  }
}

function forward<T extends Shaped>(algebra: Algebra<T>, inputs: T[], isSparse: boolean): T[] {
  const { sumLast, log, mul, scale } = algebra;
  const [t, p] = inputs as [T, T];
  const { c } = clipped(algebra, p, isSparse);
  return [scale(sumLast(mul(t, log(c)), false), -1)];
}

function backward<T extends Shaped>(algebra: Algebra<T>, inputs: T[], isSparse: boolean): T[] {
  const { sumLast, div, sub, mul, equal, reshape, clear } = algebra;
  const [dy, t, p] = inputs as [T, T, T];
  const { within, sum, q, c } = clipped(algebra, p, isSparse);
  const counted = mul(equal(q, c), t);
  const slope = sub(sumLast(counted, true), div(counted, c));
  const dp = mul(slope, div(reshape(dy, sum.shape), sum));
  return [clear(isSparse ? mul(dp, equal(p, within)) : dp)];
}

function clipped<T extends Shaped>({ sumLast, div, clip }: Algebra<T>, p: T, isSparse: boolean) {
  const [least, most] = bounds();
  const within = isSparse ? clip(p, least, most) : p;
  const sum = sumLast(within, true);
  const q = div(within, sum);
  return { within, sum, q, c: clip(q, least, most) };
}

/** Between which tfjs keeps probabilities, so that its loss ends at 16.1. */
function bounds(): [number, number] {
  const least = lossEpsilon();
  return [least, 1 - least];
}

/** The same by ops that can be differentiated again, as those of tfjs's clipping cannot. */
function composed(t: tf.Tensor, p: tf.Tensor, isSparse: boolean): tf.Tensor {
  const within = isSparse ? clip(p) : p;
  const c = clip(tf.div(within, tf.sum(within, -1, true)));
  return tf.neg(tf.sum(tf.mul(t, tf.log(c)), -1));
}

function clip(x: tf.Tensor): tf.Tensor {
  const bounded = constantOf(x, (x) => tf.clipByValue(x, ...bounds()));
  const isWithin = constantOf(x, (x) => tf.cast(tf.equal(x, tf.clipByValue(x, ...bounds())), 'float32'));
  return tf.add(tf.mul(x, isWithin), tf.mul(bounded, tf.sub(1, isWithin)));
}
