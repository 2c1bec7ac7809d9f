import * as tf from '@tensorflow/tfjs';
import { nativeResult } from '../ops/native-op.js';
import type { Acceleration } from './acceleration.js';
import { nativeKernel } from './native-kernel.js';
import { overReduced } from './reductions.js';

/**
 * A sum over all axes but the last, as the gradient of every bias is, by TensorFlow's op for that on the native backend;
 * and the gradient of a sum in one pass, `dx = dy` spread over the axes, where tfjs multiplies by a tensor of ones.
 */
export const sum: Acceleration = {
  name: 'sum',
  apply(patches) {
    onNative(patches);
    patches.gradient({
      kernelName: 'Sum',
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        return { x: () => overReduced(dy as tf.Tensor, x, attributes) };
      },
    });
  },
};

const BIAS = { T: 'float32', data_format: { string: 'NHWC' } } as const;

const onNative = nativeKernel('Sum', ({ inputs, attrs }, before) => {
  const x = inputs.x as tf.Tensor;
  const { axis, keepDims } = attrs as unknown as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const allButLast = axes.length === x.rank - 1 && !axes.includes(x.rank - 1);
  if (x.rank < 2 || !allButLast || keepDims || x.size === 0 || x.dtype !== 'float32') return before();
  return nativeResult([x], ({ op }, x) => op('BiasAddGrad', BIAS, x)) as tf.Tensor;
});
