import * as tf from '@tensorflow/tfjs';
import { constantOf } from '../../ops/gradient.js';
import { replaceGradient } from '../../tfjs/override-gradient.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';

/**
 * The gradient of a norm at zero: 0, the subgradient of least length, where tfjs gives NaN.
 *
 * `tf.norm` is a root of a sum, so that what is to be fixed is the gradient of the root: `dx = dy / (2 sqrt x)`, and 0 at
 * x = 0, where it is infinite.
 */
export const sqrt: Acceleration = {
  needed: () =>
    tf.tidy(() => {
      const [gradient] = tf
        .grad((x) => tf.norm(x))(tf.zeros([1]))
        .dataSync();
      return Number.isNaN(gradient);
    }),
  apply: replaceGradient('Sqrt', ['x'], (dy, [x]) => ({ x: () => overRoot(dy, tf.cast(x, 'float32')) })),
};

function overRoot(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const root = tf.mul(tf.sqrt(x), 2);
  // By ops that have gradients, as `tf.divNoNan` has none.
  if (!isRecording()) return tf.divNoNan(dy, root);
  const isZero = constantOf(x, (x) => tf.cast(tf.equal(x, 0), 'float32'));
  return tf.mul(tf.div(dy, tf.add(root, isZero)), tf.sub(1, isZero));
}
