import * as tf from '@tensorflow/tfjs';
import { dilate } from '../../../ops/dilate.js';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';
import { convolutionInfo } from '../sliding-window.js';

/**
 * The gradient of a convolution by its input on the wasm backend, which is a transposed convolution too, by tfjs's fast kernel
 * for convolutions in place of its slow one: dy, dilated by the strides, is convolved with the flipped filter.
 */
export const conv2dBackpropInput: Acceleration = overrideOn(
  'wasm',
  ['Conv2DBackpropInput'],
  ({ dy, filter }, attributes) => {
    const { inputShape, dataFormat } = attributes;
    if (dataFormat === 'NCHW') return null;
    const info = convolutionInfo(inputShape, filter.shape, { ...attributes, dilations: 1 });
    // A transposed convolution whose result is smaller than usual.
    if (dy.shape[1] !== info.outHeight || dy.shape[2] !== info.outWidth) return null;
    const [height, width] = filter.shape;
    const top = height - 1 - info.padInfo.top;
    const left = width - 1 - info.padInfo.left;
    const bottom = inputShape[1] - top - (info.outHeight - 1) * info.strideHeight + height - 2;
    const right = inputShape[2] - left - (info.outWidth - 1) * info.strideWidth + width - 2;
    if (Math.min(top, bottom, left, right) < 0) return null;
    return tf.tidy(() => {
      const dilated = dilate(dilate(dy, 1, info.strideHeight), 2, info.strideWidth);
      const padding: tf.backend_util.ExplicitPadding = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      return tf.conv2d(dilated, flipped(filter), 1, padding);
    });
  },
);

/** Height and width in reverse, inputs and outputs exchanged. */
function flipped(filter: tf.Tensor4D): tf.Tensor4D {
  const [height, width, inputs, outputs] = filter.shape;
  const entries = tf.transpose(filter.reshape([height * width, inputs, outputs]), [0, 2, 1]);
  const reversed = tf.concat(tf.split(entries, height * width).reverse());
  return reversed.reshape([height, width, outputs, inputs]);
}
