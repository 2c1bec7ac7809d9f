import * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { missingOnWasm, type WindowAttributes } from './wasm-kernel.js';
import { depthwiseInfo, eachSeen } from './window.js';

interface Inputs {
  x: tf.Tensor4D;
  dy: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution by its filter on the wasm backend: `dw[e, c, m] = sum x[seen by e, c] dy[c, m]`.
 */
export const depthwiseConv2dBackpropFilter: Acceleration = missingOnWasm<Inputs, Attributes>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ x, dy }, attributes, backend) => {
    const { filterShape } = attributes;
    const [, , channels, multiplier] = filterShape;
    const out = backend.makeOutput(filterShape, 'float32');
    const [source, by, dw] = floatsOf(backend, x, dy, out);
    const sums = new Float64Array(tf.util.sizeFromShape(filterShape));
    const outputs = channels * multiplier;
    eachSeen(depthwiseInfo(x.shape, filterShape, attributes), (pixel, place, entry) => {
      const [from, other, to] = [pixel * channels, place * outputs, entry * outputs];
      for (let c = 0, i = 0; c < channels; c++) {
        const value = source[from + c] as number;
        for (let m = 0; m < multiplier; m++, i++) {
          (sums[to + i] as number) += value * (by[other + i] as number);
        }
      }
    });
    dw.set(sums);
    return out;
  },
);
