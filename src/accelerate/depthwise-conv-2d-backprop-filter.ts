import * as tf from '@tensorflow/tfjs';
import { toPatches } from '../ops/patches.js';
import type { Acceleration } from './acceleration.js';
import { missingOnWasm, type WindowAttributes, windowOf } from './wasm-kernel.js';

interface Inputs {
  x: tf.Tensor4D;
  dy: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution by its filter on the wasm backend, channel by channel:
 * `dw_c = patches(x)_c^T dy_c`.
 */
export const depthwiseConv2dBackpropFilter: Acceleration = {
  name: 'depthwiseConv2dBackpropFilter',
  ...missingOnWasm<Inputs, Attributes>('DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attributes) => {
    const [height, width, channels, multiplier] = attributes.filterShape;
    const seen = toPatches(x, [height, width], windowOf(attributes)).reshape([-1, height * width, channels]);
    const by = tf.transpose(dy.reshape([-1, channels, multiplier]), [1, 0, 2]);
    const product = tf.matMul(tf.transpose(seen, [2, 1, 0]), by); // [channels, entries, multiplier]
    return tf.transpose(product, [1, 0, 2]).reshape(attributes.filterShape);
  }),
};
