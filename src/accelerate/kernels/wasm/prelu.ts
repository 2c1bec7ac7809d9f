import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/**
 * Slopes of a PReLU on the wasm backend that are shared along an axis before another that has its own, which tfjs repeats
 * along the last: spread over that axis first.
 */
export const prelu: Acceleration = overrideOn('wasm', ['Prelu'], ({ x, alpha }) => {
  const own = alpha.shape.slice(alpha.shape.findIndex((size) => size > 1));
  const beside = x.shape.slice(x.rank - own.length);
  if (alpha.size <= 1 || x.size === 0 || tf.util.arraysEqual(own, beside)) return null;
  return tf.tidy(() => tf.prelu(x, tf.broadcastTo(alpha.reshape(own), beside)));
});
