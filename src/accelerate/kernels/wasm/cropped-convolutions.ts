import { runKernel } from '../../../tfjs/run-kernel.js';
import type { Acceleration } from '../../acceleration.js';
import { crop, croppedShape } from '../crop.js';
import { overrideOn } from '../on-backends.js';

/**
 * Convolutions on the wasm backend with padding `same` and a stride above the window on one axis or both, where XNNPACK
 * takes what no window sees for padding below zero: that is cropped first. All others are left to tfjs.
 */
export const croppedConvolutions: Acceleration = overrideOn(
  'wasm',
  ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'],
  (inputs, attributes, { name }) => {
    const { x, filter } = inputs;
    const { strides, dilations, pad, dataFormat = 'NHWC' } = attributes;
    if (pad !== 'same' || dataFormat !== 'NHWC') return null;
    const shape = croppedShape(x.shape, { window: filter.shape, strides, dilations });
    if (!shape) return null;
    const cropped = crop(x, shape);
    const y = runKernel(name, { ...inputs, x: cropped }, attributes);
    cropped.dispose();
    return y;
  },
);
