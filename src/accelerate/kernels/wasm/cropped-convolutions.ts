import { runKernel } from '../../../tfjs/run-kernel.js';
import type { Acceleration } from '../../acceleration.js';
import { crop, croppedShape } from '../crop.js';
import { overrideOn } from '../on-backends.js';

/**
 * Convolutions on the wasm backend with padding `same` and a stride larger than the window along an axis. XNNPACK counts
 * what no window covers as negative padding, so that it is cropped first.
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
