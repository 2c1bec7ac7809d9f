import * as tf from '@tensorflow/tfjs';
import { nativeResult } from '../ops/native-op.js';
import type { Acceleration } from './acceleration.js';
import { nativeKernel } from './native-kernel.js';
import { overReduced } from './reductions.js';

/**
 * A mean without a copy of its input on the native backend, and its gradient in one pass, `dx = dy / n` spread over the
 * axes, where tfjs multiplies by a tensor of ones and divides all of it.
 */
export const mean: Acceleration = {
  name: 'mean',
  apply(patches) {
    onNative(patches);
    patches.gradient({
      kernelName: 'Mean',
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        const share = (dy as tf.Tensor).size / x.size;
        return { x: () => overReduced(dy as tf.Tensor, x, attributes, share) };
      },
    });
  },
};

const onNative = nativeKernel('Mean', ({ inputs, attrs }, before) => {
  const x = inputs.x as tf.Tensor;
  if (x.dtype !== 'float32') return before();
  const { axis, keepDims } = attrs as unknown as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const mean = nativeResult([x], ({ op, integers }, x) =>
    op('Mean', keepDims ? KEEP : DROP, x, integers(axes)),
  );
  return mean as tf.Tensor;
});

const TYPES = { T: 'float32', Tidx: 'int32' } as const;
const KEEP = { ...TYPES, keep_dims: true } as const;
const DROP = { ...TYPES, keep_dims: false } as const;
