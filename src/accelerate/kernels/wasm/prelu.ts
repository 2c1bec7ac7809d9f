import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/**
 * A PReLU on the wasm backend whose slopes are shared along an axis after one along which they are not. tfjs repeats the
 * slopes along the last axes; here they are broadcast first.
 */
export const prelu: Acceleration = overrideOn('wasm', ['Prelu'], ({ x, alpha }) => {
  const own = alpha.shape.slice(alpha.shape.findIndex((size) => size > 1));
  const beside = x.shape.slice(x.rank - own.length);
  if (alpha.size <= 1 || x.size === 0 || tf.util.arraysEqual(own, beside)) return null;
  return tf.tidy(() => tf.prelu(x, tf.broadcastTo(alpha.reshape(own), beside)));
});
