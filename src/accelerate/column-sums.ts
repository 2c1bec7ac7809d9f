import * as tf from '@tensorflow/tfjs';
import { nativeGradientOp } from '../ops/native-op.js';

/** The sum of a matrix over its rows: on the native backend by the op for gradients of a bias, four times as fast. */
export function columnSums(x: tf.Tensor): tf.Tensor {
  const attributes = { T: 'float32', data_format: { string: 'NHWC' } } as const;
  return nativeGradientOp('BiasAddGrad', attributes, () => [x]) ?? tf.sum(x, 0);
}
