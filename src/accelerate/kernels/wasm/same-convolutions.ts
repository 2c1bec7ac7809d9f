import type * as tf from '@tensorflow/tfjs';
import { runKernel } from '../../../tfjs/run-kernel.js';
import type { Acceleration } from '../../acceleration.js';
import { cut, cutShape } from '../unseen.js';
import { type HeapKernel, insteadOnWasm, type WindowAttributes } from './wasm-kernel.js';

type Inputs = Record<string, tf.Tensor4D> & { x: tf.Tensor4D; filter: tf.Tensor4D };

/**
 * Convolutions on the wasm backend with padding `same` and a stride above the window on one axis or both, where XNNPACK
 * takes what no window sees for padding below zero: without it. All others are left to tfjs.
 */
export const sameConvolutions: Acceleration = insteadOnWasm(
  Object.fromEntries(
    ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'].map((name) => [
      name,
      ofSeen(name),
    ]),
  ),
);

function ofSeen(name: string): HeapKernel<Inputs, WindowAttributes> {
  return (inputs, attributes) => {
    const { strides, dilations, pad, dataFormat = 'NHWC' } = attributes;
    if (pad !== 'same' || dataFormat !== 'NHWC') return null;
    const { x, filter } = inputs;
    const shape = cutShape(x.shape, { window: filter.shape, strides, dilations: dilations ?? 1 });
    if (!shape) return null;
    const seen = cut(x, shape);
    const y = runKernel(name, { ...inputs, x: seen }, attributes);
    seen.dispose();
    return y;
  };
}
