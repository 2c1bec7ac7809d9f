import * as tf from '@tensorflow/tfjs';
import { DROP, KEEP } from '../../../ops/native-attributes.js';
import { nativeResult } from '../../../ops/native-op.js';
import type { Acceleration } from '../../acceleration.js';
import { nativeKernel } from './native-kernel.js';

/** A mean without the copy of its input that tfjs-node makes. */
export const meanOnNative: Acceleration = nativeKernel('Mean', ({ inputs, attrs }, before) => {
  const x = inputs.x as tf.Tensor;
  if (x.dtype !== 'float32') return before();
  const { axis, keepDims } = attrs as unknown as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const mean = nativeResult([x], ({ op, integers }, x) =>
    op('Mean', keepDims ? KEEP : DROP, x, integers(axes)),
  );
  return mean as tf.Tensor;
});
