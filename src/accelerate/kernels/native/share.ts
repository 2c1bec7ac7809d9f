import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../../../tfjs/native-backend.js';

/** A tensor of the same values, without a copy. */
export function share(x: tf.TensorInfo, backend: NativeBackend): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
