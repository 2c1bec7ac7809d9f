import * as tf from '@tensorflow/tfjs';
import { fromPatches } from '../ops/patches.js';
import type { Acceleration } from './acceleration.js';
import { missingOnWasm, type WindowAttributes, windowOf } from './wasm-kernel.js';

interface Inputs {
  dy: tf.Tensor4D;
  filter: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  inputShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution by its input on the wasm backend: that of the patches, `dy_c w_c^T` channel by
 * channel, of which each place of the input gets the sum of those that saw it.
 */
export const depthwiseConv2dBackpropInput: Acceleration = {
  name: 'depthwiseConv2dBackpropInput',
  ...missingOnWasm<Inputs, Attributes>('DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, attributes) => {
    const [height, width, channels, multiplier] = filter.shape;
    const entries = height * width;
    const by = tf.transpose(dy.reshape([-1, channels, multiplier]), [1, 0, 2]);
    const weights = tf.transpose(filter.reshape([entries, channels, multiplier]), [1, 2, 0]);
    const seen = tf.transpose(tf.matMul(by, weights), [1, 2, 0]); // [places, entries, channels]
    const [batch, rows, columns] = dy.shape;
    const flat = seen.reshape([batch, rows, columns, entries * channels]) as tf.Tensor4D;
    return fromPatches(flat, attributes.inputShape, [height, width], windowOf(attributes));
  }),
};
