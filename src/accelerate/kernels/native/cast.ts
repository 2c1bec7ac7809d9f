import type * as tf from '@tensorflow/tfjs';
import { type NativeBackend, typeOfData } from '../../../tfjs/native-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { nativeKernel, share } from './native-kernel.js';

/**
 * A cast to the type that a tensor has, which shares its values; tfjs-node copies them. tfjs casts in the gradients of
 * products, means and clones.
 */
export const cast: Acceleration = nativeKernel('Cast', (call, before) => {
  const x = call.inputs.x as tf.Tensor;
  const { dtype } = call.attrs as unknown as { dtype: tf.DataType };
  return x.dtype === dtype && typeOfData(x, call.backend as NativeBackend) === dtype
    ? share(x, call)
    : before();
});
