import * as tf from '@tensorflow/tfjs';
import { replaceGradient } from '../../tfjs/override-gradient.js';
import { runKernel } from '../../tfjs/run-kernel.js';
import type { Acceleration } from '../acceleration.js';

/** The gradient of a transposed convolution of three axes, which tfjs lacks on every backend. */
export const conv3dTranspose: Acceleration = {
  needed: () => tf.getGradient('Conv3DBackpropInputV2') === undefined,
  apply: replaceGradient('Conv3DBackpropInputV2', ['dy', 'filter'], (x, [dy, filter], { strides, pad }) => ({
    dy: () => tf.conv3d(x, filter, strides, pad),
    filter: () => runKernel('Conv3DBackpropFilterV2', { x, dy }, { strides, pad, filterShape: filter.shape }),
  })),
};
