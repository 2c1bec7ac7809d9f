import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../../tfjs/native-backend.js';
import { setData } from '../../tfjs/native-data.js';

/**
 * Gives each variable data of its own. A variable shares data with the tensor that it was given, with clones, and with other
 * variables that were given the same; an op that reads that data would not say which of them it means.
 */
export function separateVariables(backend: NativeBackend): void {
  for (const variable of Object.values(tf.engine().registeredVariables)) {
    if (variable.isDisposed || !backend.tensorMap.has(variable.dataId)) continue;
    if (backend.tensorMap.get(variable.dataId).refCount > 1)
      setData(variable, alias(variable, backend), backend);
  }
}

/**
 * The tensors of a batch with data of their own, for the same reason: a layer may keep the very tensor that it is given, or
 * a weight may have its values. Of equal ones, one.
 */
export function separateData(data: readonly tf.Tensor[], backend: NativeBackend): tf.Tensor[] {
  const made = new Map<object, tf.Tensor>();
  // Sample weights are null where there are none.
  return data.map((x) => {
    if (!x) return x;
    const own = made.get(x.dataId) ?? separate(x, backend);
    made.set(x.dataId, own);
    return own;
  });
}

function separate(x: tf.Tensor, backend: NativeBackend): tf.Tensor {
  const own = backend.createOutputTensor(alias(x, backend));
  if (own.dtype === x.dtype) return own;
  // A cast may leave the data as it was stored.
  const { dataId, shape } = own;
  const typed = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: x.dtype });
  backend.incRef(dataId);
  own.dispose();
  return typed;
}

/** Another tensor of TensorFlow's over the same buffer. */
function alias(x: tf.Tensor, backend: NativeBackend) {
  const { binding, tensorMap } = backend;
  const ids = backend.getInputTensorIds([x]);
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: tensorMap.get(x.dataId).dtype };
  return binding.executeOp('Identity', [type], ids, 1)[0]!;
}
