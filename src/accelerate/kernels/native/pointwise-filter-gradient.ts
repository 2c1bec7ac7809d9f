import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import type { WindowAttributes } from '../wasm/wasm-kernel.js';
import { nativeKernel } from './native-kernel.js';

interface Attributes extends WindowAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a strided convolution by a filter of one pixel on the native backend, as that of a convolution without
 * strides over the pixels that the filter meets. TensorFlow's op (2.21, oneDNN) writes beside its memory there, which ends
 * the process now or later; a residual network has such a convolution in every stage, and a transposed one takes the op too.
 */
export const pointwiseFilterGradient: Acceleration = nativeKernel('Conv2DBackpropFilter', (call, before) => {
  const { strides, filterShape, dataFormat = 'NHWC' } = call.attrs as unknown as Attributes;
  const [high, wide] = typeof strides === 'number' ? [strides, strides] : strides;
  const [height, width] = filterShape;
  if (height * width !== 1 || high * wide === 1 || dataFormat !== 'NHWC') return before();
  const x = call.inputs.x as tf.Tensor4D;
  const met = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, high, wide, 1]);
  try {
    return before({
      ...call,
      inputs: { ...call.inputs, x: met },
      attrs: { ...call.attrs, strides: 1, pad: 'valid' },
    });
  } finally {
    met.dispose();
  }
});
