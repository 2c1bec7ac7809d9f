import * as tf from '@tensorflow/tfjs';
import type { Binding, NativeBackend, NativeData, NativeTensor } from './native-backend.js';

/** Gives TensorFlow the values that are still in JavaScript. */
export function upload(data: NativeData, binding: Binding): void {
  if (data.values === null) return;
  data.id = binding.createTensor(data.shape, data.dtype, data.values);
  data.values = null;
}

/**
 * Frees the data of a tensor that is about to get other data, where no other tensor shares it: TensorFlow then updates a
 * buffer in place that it would copy.
 */
export function freeData(x: tf.Tensor, { tensorMap, binding }: NativeBackend): void {
  const data = tensorMap.get(x.dataId);
  if (data.refCount > 1 || data.id < 0) return;
  binding.deleteTensor(data.id);
  data.id = -1;
}

/** Gives a tensor the data of one of TensorFlow's own, of the same shape. Tensors that shared its data keep theirs. */
export function setData(x: tf.Tensor, output: NativeTensor, backend: NativeBackend): void {
  const data = backend.tensorMap.get(x.dataId);
  if (data.refCount === 1) {
    if (data.id >= 0) backend.binding.deleteTensor(data.id);
    data.id = output.id;
    data.dtype = output.dtype;
    data.values = null;
    return;
  }
  tf.engine().disposeTensor(x);
  adopt(x, output, backend);
}

/** Points a tensor, whose own data is let go of, to the buffer of one of TensorFlow's, without a copy. */
export function adopt(x: tf.Tensor, output: NativeTensor, backend: NativeBackend): void {
  const value = backend.createOutputTensor(output);
  x.dataId = value.dataId;
  tf.engine().incRef(x, tf.backend());
  value.dispose();
}
