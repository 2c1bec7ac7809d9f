import * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { addOn } from '../on-backends.js';
import { convolutionInfo, visitWindows } from '../sliding-window.js';

/**
 * The gradient of a depthwise convolution by its filter on the wasm backend:
 * `dw[e, c, m] = sum over the places of x[pixel at entry e, c] dy[place, c, m]`.
 */
export const depthwiseConv2dBackpropFilter: Acceleration = addOn(
  'wasm',
  'DepthwiseConv2dNativeBackpropFilter',
  ({ x, dy }, attributes, { backend }) => {
    const { filterShape } = attributes;
    const [, , channels, multiplier] = filterShape;
    const out = backend.makeOutput(filterShape, 'float32');
    const [source, by, dw] = floatsOf(backend, x, dy, out);
    const sums = new Float64Array(tf.util.sizeFromShape(filterShape));
    const outputs = channels * multiplier;
    visitWindows(convolutionInfo(x.shape, filterShape, attributes, true), (pixel, place, entry) => {
      const [from, other, to] = [pixel * channels, place * outputs, entry * outputs];
      for (let c = 0, i = 0; c < channels; c++) {
        const value = source[from + c]!;
        for (let m = 0; m < multiplier; m++, i++) sums[to + i]! += value * by[other + i]!;
      }
    });
    dw.set(sums);
    return out;
  },
);
