import * as tf from '@tensorflow/tfjs';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';
import { rescaled } from './averages.js';

/** The same as for `averagePool`, over three axes. */
export const averagePool3d: Acceleration = {
  apply: overrideGradient('AvgPool3D', ['x'], (dy, [x], attributes, original) => {
    if (tf.getBackend() === 'tensorflow') return null;
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const info = tf.backend_util.computePool3DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { padInfo } = info;
    // tfjs has a padding below 0 where a stride is above its window.
    const scaled = rescaled(dy, [
      {
        size: info.inDepth,
        window: info.filterDepth,
        stride: info.strideDepth,
        before: Math.max(padInfo.front, 0),
        places: info.outDepth,
      },
      {
        size: info.inHeight,
        window: info.filterHeight,
        stride: info.strideHeight,
        before: Math.max(padInfo.top, 0),
        places: info.outHeight,
      },
      {
        size: info.inWidth,
        window: info.filterWidth,
        stride: info.strideWidth,
        before: Math.max(padInfo.left, 0),
        places: info.outWidth,
      },
    ]);
    return scaled && original(scaled);
  }),
};
