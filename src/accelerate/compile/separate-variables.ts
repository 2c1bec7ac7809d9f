import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../../tfjs/native-backend.js';
import { setData } from '../../tfjs/native-data.js';

/**
 * Gives each variable data of its own. Variables that were given the value of one tensor share it, and an op that reads it
 * would not say which of them it means.
 */
export function separateVariables(backend: NativeBackend): void {
  const seen = new Set<object>();
  for (const variable of Object.values(tf.engine().registeredVariables)) {
    if (variable.isDisposed || !backend.tensorMap.has(variable.dataId)) continue;
    if (seen.has(variable.dataId)) setData(variable, alias(variable, backend), backend);
    seen.add(variable.dataId);
  }
}

/** Another tensor of TensorFlow's over the same buffer. */
function alias(x: tf.Tensor, backend: NativeBackend) {
  const { binding, tensorMap } = backend;
  const ids = backend.getInputTensorIds([x]);
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: tensorMap.get(x.dataId).dtype };
  return binding.executeOp('Identity', [type], ids, 1)[0]!;
}
