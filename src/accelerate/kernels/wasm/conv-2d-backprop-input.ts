import * as tf from '@tensorflow/tfjs';
import { dilate } from '../../../ops/dilate.js';
import type { Acceleration } from '../../acceleration.js';
import { insteadOnWasm, type WindowAttributes } from './wasm-kernel.js';

interface Inputs {
  dy: tf.Tensor4D;
  filter: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  inputShape: [number, number, number, number];
}

/**
 * The gradient of a convolution by its input on the wasm backend, which is a transposed convolution too: the convolution of
 * dy, spread by the strides, with the filter turned around, by tfjs's fast kernel in place of its slow one.
 */
export const conv2dBackpropInput: Acceleration = insteadOnWasm({
  Conv2DBackpropInput(
    { dy, filter }: Inputs,
    { strides, pad, dimRoundingMode, inputShape, dataFormat }: Attributes,
  ) {
    if (dataFormat === 'NCHW') return null;
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    // A result smaller than the input allows.
    if (dy.shape[1] !== info.outHeight || dy.shape[2] !== info.outWidth) return null;
    const [height, width] = filter.shape;
    const top = height - 1 - info.padInfo.top;
    const left = width - 1 - info.padInfo.left;
    const bottom = inputShape[1] - top - (info.outHeight - 1) * info.strideHeight + height - 2;
    const right = inputShape[2] - left - (info.outWidth - 1) * info.strideWidth + width - 2;
    if (Math.min(top, bottom, left, right) < 0) return null;
    return tf.tidy(() => {
      const spread = dilate(dilate(dy, 1, info.strideHeight), 2, info.strideWidth);
      const padding: [number, number][] = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      return tf.conv2d(spread, turned(filter), 1, padding as tf.backend_util.ExplicitPadding);
    });
  },
});

/** Height and width in reverse, inputs and outputs exchanged. */
function turned(filter: tf.Tensor4D): tf.Tensor4D {
  const [height, width, inputs, outputs] = filter.shape;
  const entries = tf.transpose(filter.reshape([height * width, inputs, outputs]), [0, 2, 1]);
  const reversed = tf.concat(tf.split(entries, height * width).reverse());
  return reversed.reshape([height, width, outputs, inputs]);
}
