import * as tf from '@tensorflow/tfjs';
import { isBuiltin } from '../tfjs/builtins.js';
import type { Activation } from '../tfjs/named.js';
import { withGradient } from './gradient.js';
import { reluGradientByOutput } from './relu-gradient.js';

/** Applies an activation; relu with a gradient of two passes, where the built-in one makes seven on the native backend. */
export function activate(activation: Activation, x: tf.Tensor): tf.Tensor {
  return isBuiltin(activation, 'relu', 'apply') ? relu(x) : activation.apply(x);
}

/** Forward: `y = max(x, 0)`. Backward: `dx = dy where y > 0, else 0`. */
function relu(x: tf.Tensor): tf.Tensor {
  return withGradient<[tf.Tensor], tf.Tensor, [tf.Tensor]>(([x], save) => {
    const value = tf.relu(x);
    save([value]);
    return {
      value,
      gradient: (dy, [y]) => [reluGradientByOutput(dy, y)],
    };
  })(x);
}
