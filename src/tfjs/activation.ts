import type * as tf from '@tensorflow/tfjs';
import { isBuiltin } from './builtins.js';

/** Whether a layer has no activation, or tfjs's own that changes nothing. */
export function isLinear(layer: tf.layers.Layer): boolean {
  const { activation } = layer as unknown as { activation?: object | null };
  return !activation || isBuiltin(activation, 'linear', 'apply');
}
