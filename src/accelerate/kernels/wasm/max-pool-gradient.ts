import * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { insteadOnWasm } from './wasm-kernel.js';
import { eachSeen, type WindowInfo } from './window.js';

interface Attributes {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: Parameters<typeof tf.backend_util.computePool2DInfo>[4];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * The gradient of max pooling on the wasm backend in two passes: dy at the first largest entry of each window, as on the
 * other backends, where tfjs's kernel for wasm gives none to a window without a positive entry.
 */
export const maxPoolGradient: Acceleration = insteadOnWasm({
  MaxPoolGrad(
    { dy, input }: { dy: tf.Tensor4D; input: tf.Tensor4D },
    { filterSize, strides, pad, dimRoundingMode }: Attributes,
    backend,
  ) {
    if (input.dtype !== 'float32') return null;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const out = backend.makeOutput(input.shape, 'float32');
    const [x, d, dx] = floatsOf(backend, input, dy, out);
    scatter(d, largest(x, info), dx);
    return out;
  },
});

/** Where the largest entry of each window stands in x; -1 where none is a number. */
function largest(x: Float32Array, info: WindowInfo): Int32Array {
  const channels = info.inChannels;
  const size = info.batchSize * info.outHeight * info.outWidth * channels;
  const values = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
  const places = new Int32Array(size).fill(-1);
  eachSeen(info, (pixel, place) => {
    const [from, to] = [pixel * channels, place * channels];
    for (let c = 0; c < channels; c++) {
      const value = x[from + c] as number;
      if (value > (values[to + c] as number)) {
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
    const place = places[i] as number;
    if (place >= 0) (dx[place] as number) += dy[i] as number;
  }
}
