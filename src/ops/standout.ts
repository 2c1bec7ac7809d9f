import * as tf from '@tensorflow/tfjs';
import { constantOf, withGradient } from './gradient.js';
import { reluGradient } from './relu-gradient.js';
import { sigmoid } from './smooth.js';

/**
 * Standout: dropout whose keep probability `q = sigmoid(logit)` is a function of the input.
 *
 * Training: `y = a r`, `r = 1 where noise < q, else 0`, with `dy/da = r`; kept activities are not divided by q. r has no
 * derivative: the belief 'tied' gives the logit none either, 'learned' the straight-through one, which is that of the
 * expectation `a q`: `dlogit = dy a q (1 - q)`, and derivatives of these are those of `a (r + q - c)`, c the value of q as a
 * constant. Prediction, the expectation: `y = a q`, with both gradients.
 *
 * Source: Ba and Frey, "Adaptive dropout for training deep neural networks", NIPS 2013, equations 1 to 3; for
 * straight-through: Bengio, Leonard, Courville, "Estimating or propagating gradients through stochastic neurons for
 * conditional computation", arXiv 1308.3432.
 *
 * @param activity `[batch, units]`
 * @param logit `[batch, units]`, of the keep probability
 * @param noise uniform numbers in [0, 1), `[batch, units]`; null for prediction
 * @param belief what the gradient by the logit is in training
 * @returns `[batch, units]`
 */
export function standout(
  activity: tf.Tensor2D,
  logit: tf.Tensor2D,
  noise: tf.Tensor2D | null,
  belief: 'tied' | 'learned' = 'tied',
): tf.Tensor2D {
  if (noise === null) return activity.mul(sigmoid(logit));
  return belief === 'tied' ? masked(activity, logit, noise) : straightThrough(activity, logit, noise);
}

function masked(activity: tf.Tensor2D, logit: tf.Tensor2D, noise: tf.Tensor2D): tf.Tensor2D {
  // The logit is used, not passed: by the equation it has no gradient.
  return withGradient<[tf.Tensor2D], tf.Tensor2D>(([activity], save) => {
    const margin = tf.sigmoid(logit).sub(noise); // above 0 where kept, [batch, units]
    save([margin]);
    return {
      value: reluGradient(activity, margin),
      gradient: (dy, [margin]) => [reluGradient(dy, margin as tf.Tensor)],
    };
  })(activity);
}

function straightThrough(activity: tf.Tensor2D, logit: tf.Tensor2D, noise: tf.Tensor2D): tf.Tensor2D {
  const op = withGradient<[tf.Tensor2D, tf.Tensor2D], tf.Tensor2D>(([activity, logit], save) => {
    const q = tf.sigmoid(logit);
    const margin = q.sub(noise); // above 0 where kept, [batch, units]
    save([activity, q, margin]);
    return {
      value: reluGradient(activity, margin),
      gradient: (dy, saved) => {
        const [activity, q, margin] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        return [reluGradient(dy, margin), dy.mul(activity).mul(q).mul(tf.sub(1, q))];
      },
    };
  }, composed);
  return op(activity, logit);

  /** Of the value of r, and of the derivative of q. */
  function composed(activity: tf.Tensor2D, logit: tf.Tensor2D): tf.Tensor2D {
    const q = sigmoid(logit);
    const r = constantOf(q, (q) => tf.step(q.sub(noise)));
    return activity.mul(r.add(q.sub(constantOf(q, tf.clone))));
  }
}
