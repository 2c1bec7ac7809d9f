import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/**
 * The gradient by a filter of one pixel of a convolution with strides on the native backend, as that of a convolution without
 * strides over the pixels that the filter meets. TensorFlow's op (2.21, oneDNN) writes outside its memory there, which
 * crashes the process sooner or later. A residual network has such a convolution in every stage; transposed convolutions use
 * the op too.
 */
export const pointwiseFilterGradient: Acceleration = overrideOn(
  'tensorflow',
  ['Conv2DBackpropFilter'],
  ({ x }, { strides, filterShape, dataFormat = 'NHWC' }, original) => {
    const [high, wide] = typeof strides === 'number' ? [strides, strides] : strides;
    const [height, width] = filterShape;
    if (height * width !== 1 || high * wide === 1 || dataFormat !== 'NHWC') return null;
    return tf.tidy(() => {
      const met = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, high, wide, 1]);
      return original.tensor({ inputs: { x: met }, attributes: { strides: 1, pad: 'valid' } });
    });
  },
);
