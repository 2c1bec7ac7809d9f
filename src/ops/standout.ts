import * as tf from '@tensorflow/tfjs';
import { constantOf, withGradient } from './gradient.js';
import { reluGradient } from './relu-gradient.js';
import { sigmoid } from './smooth.js';

/**
 * Standout: dropout whose keep probability `q = sigmoid(logit)` is a function of the input.
 *
 * Training: `y = a r`, `r = 1 where noise < q, else 0`, with `dy/da = r`; kept activations are not divided by q. r has no
 * derivative: the belief 'tied' gives the logit none either, 'learned' the straight-through one, which is that of the
 * expectation `a q`: `dlogit = dy a q (1 - q)`, and derivatives of these are those of `a (r + q - c)`, c the value of q as a
 * constant. Prediction, the expectation: `y = a q`, with both gradients.
 *
 * Source: Ba and Frey, "Adaptive dropout for training deep neural networks", NIPS 2013, equations 1 to 3; for
 * straight-through: Bengio, Leonard, Courville, "Estimating or propagating gradients through stochastic neurons for
 * conditional computation", arXiv 1308.3432.
 *
 * @param activation `[batch, units]`
 * @param logit `[batch, units]`, of the keep probability
 * @param noise uniform numbers in [0, 1), `[batch, units]`; null for prediction
 * @param belief what the gradient by the logit is in training
 * @returns `[batch, units]`
 */
export function standout(
  activation: tf.Tensor2D,
  logit: tf.Tensor2D,
  noise: tf.Tensor2D | null,
  belief: 'tied' | 'learned' = 'tied',
): tf.Tensor2D {
  if (noise === null) return activation.mul(sigmoid(logit));
  return belief === 'tied' ? masked(activation, logit, noise) : straightThrough(activation, logit, noise);
}

function masked(activation: tf.Tensor2D, logit: tf.Tensor2D, noise: tf.Tensor2D): tf.Tensor2D {
  // The logit is used, not passed: by the equation it has no gradient.
  return withGradient<[tf.Tensor2D], tf.Tensor2D, [tf.Tensor2D]>(([activation], save) => {
    const margin: tf.Tensor2D = tf.sigmoid(logit).sub(noise); // above 0 where kept, [batch, units]
    save([margin]);
    return {
      value: reluGradient(activation, margin),
      gradient: (dy, [margin]) => [reluGradient(dy, margin)],
    };
  })(activation);
}

type Saved = [activation: tf.Tensor2D, q: tf.Tensor2D, margin: tf.Tensor2D];

function straightThrough(activation: tf.Tensor2D, logit: tf.Tensor2D, noise: tf.Tensor2D): tf.Tensor2D {
  const op = withGradient<[tf.Tensor2D, tf.Tensor2D], tf.Tensor2D, Saved>(([activation, logit], save) => {
    const q = tf.sigmoid(logit);
    const margin: tf.Tensor2D = q.sub(noise); // above 0 where kept, [batch, units]
    save([activation, q, margin]);
    return {
      value: reluGradient(activation, margin),
      gradient: (dy, [activation, q, margin]) => {
        return [reluGradient(dy, margin), dy.mul(activation).mul(q).mul(tf.sub(1, q))];
      },
    };
  }, composed);
  return op(activation, logit);

  /** Of the value of r, and of the derivative of q. */
  function composed(activation: tf.Tensor2D, logit: tf.Tensor2D): tf.Tensor2D {
    const q = sigmoid(logit);
    const r = constantOf(q, (q) => tf.step(q.sub(noise)));
    return activation.mul(r.add(q.sub(constantOf(q, tf.clone))));
  }
}
