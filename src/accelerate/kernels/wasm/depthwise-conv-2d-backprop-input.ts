import type * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { missingOnWasm, type WindowAttributes } from './wasm-kernel.js';
import { depthwiseInfo, eachSeen } from './window.js';

interface Inputs {
  dy: tf.Tensor4D;
  filter: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  inputShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution by its input on the wasm backend: each pixel gets
 * `sum over e, m of dy[place that saw it by e, c, m] w[e, c, m]`.
 */
export const depthwiseConv2dBackpropInput: Acceleration = missingOnWasm<Inputs, Attributes>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ dy, filter }, attributes, backend) => {
    const { inputShape } = attributes;
    const [, , channels, multiplier] = filter.shape;
    const out = backend.makeOutput(inputShape, 'float32');
    const [by, weights, dx] = floatsOf(backend, dy, filter, out);
    dx.fill(0);
    const outputs = channels * multiplier;
    eachSeen(depthwiseInfo(inputShape, filter.shape, attributes), (pixel, place, entry) => {
      const [to, from, weight] = [pixel * channels, place * outputs, entry * outputs];
      for (let c = 0, i = 0; c < channels; c++) {
        let sum = 0;
        for (let m = 0; m < multiplier; m++, i++) {
          sum += (by[from + i] as number) * (weights[weight + i] as number);
        }
        (dx[to + c] as number) += sum;
      }
    });
    return out;
  },
);
