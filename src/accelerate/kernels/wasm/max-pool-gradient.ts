import * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';
import { visitWindows, type WindowInfo } from '../sliding-window.js';

/**
 * The gradient of max pooling on the wasm backend: dy at the largest entry of each window, the first of equal ones, as on
 * the other backends. tfjs's kernel for wasm has no gradient for a window without a positive entry.
 */
export const maxPoolGradient: Acceleration = overrideOn(
  'wasm',
  ['MaxPoolGrad'],
  ({ dy, input }, { filterSize, strides, pad, dimRoundingMode }, { backend }) => {
    if (input.dtype !== 'float32') return null;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const out = backend.makeOutput(input.shape, 'float32');
    const [x, d, dx] = floatsOf(backend, input, dy, out);
    scatter(d, largest(x, info), dx);
    return out;
  },
);

/** The index in x of the largest entry of each window; -1 where no entry is a number. */
function largest(x: Float32Array, info: WindowInfo): Int32Array {
  const channels = info.inChannels;
  const size = info.batchSize * info.outHeight * info.outWidth * channels;
  const values = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
  const places = new Int32Array(size).fill(-1);
  visitWindows(info, (pixel, place) => {
    const [from, to] = [pixel * channels, place * channels];
    for (let c = 0; c < channels; c++) {
      const value = x[from + c]!;
      if (value > values[to + c]!) {
        values[to + c] = value;
        places[to + c] = from + c;
      }
    }
  });
  return places;
}

function scatter(dy: Float32Array, places: Int32Array, dx: Float32Array): void {
  dx.fill(0);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    if (place >= 0) dx[place]! += dy[i]!;
  }
}
