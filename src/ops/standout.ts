import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';

/**
 * Standout: dropout whose keep probability is a function of the input.
 *
 * Training: `y = a r`, `r = 1 where noise < sigmoid(logit), else 0`, with `dy/da = r` and no gradient through the
 * probability; kept activities are not divided by it. Prediction, the expectation: `y = a sigmoid(logit)`, with both
 * gradients.
 *
 * Source: Ba and Frey, "Adaptive dropout for training deep neural networks", NIPS 2013, equations 1 to 3.
 *
 * @param activity `[batch, units]`
 * @param logit `[batch, units]`, of the keep probability
 * @param noise uniform numbers in [0, 1), `[batch, units]`; null for prediction
 * @returns `[batch, units]`
 */
export function standout(activity: tf.Tensor2D, logit: tf.Tensor2D, noise: tf.Tensor2D | null): tf.Tensor2D {
  if (noise === null) return activity.mul(tf.sigmoid(logit));
  // A comparison has no gradient in tfjs, and by the equation the probability has none: logit is used here, not passed.
  return withGradient<[tf.Tensor2D], tf.Tensor2D>(([activity], save) => {
    const kept = tf.less(noise, tf.sigmoid(logit)).cast('float32'); // [batch, units]
    save([kept]);
    return { value: activity.mul(kept), gradient: (dy, [kept]) => [dy.mul(kept as tf.Tensor)] };
  })(activity);
}
