import * as tf from '@tensorflow/tfjs';
import type { Backends } from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { overrideOn, together } from './on-backends.js';
import { convolutionInfo } from './sliding-window.js';

/**
 * Convolutions of a batch of size zero. TensorFlow's ops give them the shape of their input, and on webgl the product for a
 * filter of one pixel throws.
 */
const convolutionsOn = (backend: keyof Backends): Acceleration =>
  together(
    overrideOn(backend, ['Conv2D', 'FusedConv2D'], ({ x, filter }, attributes) =>
      x.size > 0 ? null : tf.zeros(convolutionInfo(x.shape, filter.shape, attributes).outShape),
    ),
    overrideOn(backend, ['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'], ({ x, filter }, attributes) =>
      x.size > 0 ? null : tf.zeros(convolutionInfo(x.shape, filter.shape, attributes, true).outShape),
    ),
    overrideOn(backend, ['Conv3D'], ({ x, filter }, { strides, dilations, pad }) => {
      if (x.size > 0) return null;
      const { backend_util } = tf;
      const info = backend_util.computeConv3DInfo(x.shape, filter.shape, strides, dilations ?? 1, pad);
      return tf.zeros(info.outShape);
    }),
  );

export const zeroSizeConvolutions = {
  native: convolutionsOn('tensorflow'),
  webgl: convolutionsOn('webgl'),
};
