import * as tf from '@tensorflow/tfjs';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';
import { rescaled } from './averages.js';

/**
 * The gradient of average pooling where a window extends over the edge: an average is of the entries within the image, so
 * that each gets `dy` by their number, where tfjs divides by that of the whole window. TensorFlow's own is right.
 */
export const averagePool: Acceleration = {
  apply: overrideGradient('AvgPool', ['x'], (dy, [x], attributes, original) => {
    if (tf.getBackend() === 'tensorflow') return null;
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { padInfo } = info;
    const scaled = rescaled(dy, [
      {
        size: info.inHeight,
        window: info.filterHeight,
        stride: info.strideHeight,
        before: padInfo.top,
        places: info.outHeight,
      },
      {
        size: info.inWidth,
        window: info.filterWidth,
        stride: info.strideWidth,
        before: padInfo.left,
        places: info.outWidth,
      },
    ]);
    return scaled && original(scaled);
  }),
};
