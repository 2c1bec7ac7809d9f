import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { addOn } from '../on-backends.js';
import { convolutionInfo, visitWindows } from '../sliding-window.js';

/**
 * The gradient of a depthwise convolution by its input on the wasm backend:
 * `dx[pixel, c] = sum over m and the entries e that meet it of dy[place, c, m] w[e, c, m]`.
 */
export const depthwiseConv2dBackpropInput: Acceleration = addOn(
  'wasm',
  'DepthwiseConv2dNativeBackpropInput',
  ({ dy, filter }, attributes, { backend }) => {
    const { inputShape } = attributes;
    const [, , channels, multiplier] = filter.shape;
    const out = backend.makeOutput(inputShape, 'float32');
    const [by, weights, dx] = floatsOf(backend, dy, filter, out);
    dx.fill(0);
    const outputs = channels * multiplier;
    visitWindows(convolutionInfo(inputShape, filter.shape, attributes, true), (pixel, place, entry) => {
      const [to, from, weight] = [pixel * channels, place * outputs, entry * outputs];
      for (let c = 0, i = 0; c < channels; c++) {
        let sum = 0;
        for (let m = 0; m < multiplier; m++, i++) sum += by[from + i]! * weights[weight + i]!;
        dx[to + c]! += sum;
      }
    });
    return out;
  },
);
