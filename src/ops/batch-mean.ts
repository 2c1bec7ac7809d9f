import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';
import { clearPadding } from './padding.js';

/** A batch minus its mean, and that mean. */
export interface Centred {
  /** The shape of x. */
  y: tf.Tensor;
  /** `[channels]`, without a gradient: it is there for a running mean. */
  mean: tf.Tensor1D;
}

/**
 * Mean-only batch normalization: each channel without its mean over the batch and every other axis.
 *
 * Forward: `y = x - mu[x] + b`. Backward: `dx = dy - mean(dy)`, `db = sum(dy)`, over every axis but the channels'.
 *
 * Defined for all x. A batch of one value a channel gives b whatever the value, with `dx = 0`.
 *
 * Source: Salimans and Kingma, "Weight Normalization", arXiv 1602.07868, section 4.
 *
 * @param x of rank 2 or more
 * @param bias `[channels]`
 * @param axis that of the channels; negative counts from the end
 */
export function subtractBatchMean(x: tf.Tensor, bias: tf.Tensor1D, axis: number): Centred {
  return tf.tidy(() => {
    const others = otherAxes(x.rank, axis);
    const mean: tf.Tensor1D = tf.mean(x, others);
    const y = withGradient<[tf.Tensor, tf.Tensor1D], tf.Tensor>(([x, bias]) => ({
      // Not `x + (bias - mean)`: where the mean is large, that difference is rounded.
      value: addToChannels(addToChannels(x, tf.neg(mean), axis), bias, axis),
      gradient,
    }))(x, bias);
    return { y, mean };

    function gradient(dy: tf.Tensor): tf.Tensor[] {
      const db: tf.Tensor1D = tf.sum(dy, others);
      const values = dy.size / db.size;
      return [addToChannels(dy, db.div(-values), axis), db];
    }
  });
}

/** `x + shift`, the shift `[channels]` along an axis: what mean-only batch normalization is with a fixed mean. */
export function addToChannels(x: tf.Tensor, shift: tf.Tensor, axis: number): tf.Tensor {
  const channels = (axis + x.rank) % x.rank;
  const along = x.shape.map((size, i) => (i === channels ? size : 1));
  return clearPadding(x.add(shift.reshape(along)));
}

function otherAxes(rank: number, axis: number): number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((i) => i !== (axis + rank) % rank);
}
