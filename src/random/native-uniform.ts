import * as tf from '@tensorflow/tfjs';
import { nativeOp } from '../ops/native-op.js';
import { integersOf, type MaybeChanging } from '../steps/changing.js';

/** The same numbers from TensorFlow's own op, fifteen times faster than from here; null on any other backend. */
export function nativeUniform(shape: number[], key: number, step: MaybeChanging): tf.Tensor | null {
  return nativeOp('StatelessRandomUniform', { dtype: 'float32', T: 'int32', Tseed: 'int32' }, () => [
    tf.tensor1d(shape, 'int32'),
    tf.tensor1d(integersOf([key, step]), 'int32'),
  ]);
}
