import * as tf from '@tensorflow/tfjs';
import { BIAS } from '../../../ops/native-attributes.js';
import { nativeResult } from '../../../ops/native-op.js';
import type { Acceleration } from '../../acceleration.js';
import { nativeKernel } from './native-kernel.js';

/** A sum over all axes but the last, as the gradient of every bias is, by TensorFlow's op for that. */
export const sumOnNative: Acceleration = nativeKernel('Sum', ({ inputs, attrs }, before) => {
  const x = inputs.x as tf.Tensor;
  const { axis, keepDims } = attrs as unknown as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const allButLast = axes.length === x.rank - 1 && !axes.includes(x.rank - 1);
  if (x.rank < 2 || !allButLast || keepDims || x.size === 0 || x.dtype !== 'float32') return before();
  return nativeResult([x], ({ op }, x) => op('BiasAddGrad', BIAS, x)) as tf.Tensor;
});
