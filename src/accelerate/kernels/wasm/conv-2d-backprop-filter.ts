import * as tf from '@tensorflow/tfjs';
import { floatsOf, type WasmBackend } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { missingOnWasm, type WindowAttributes } from './wasm-kernel.js';
import type { WindowInfo } from './window.js';

interface Inputs {
  x: tf.Tensor4D;
  dy: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a convolution by its filter on the wasm backend: `dw = seen(x) dy`, what each entry of the filter sees of
 * x by the gradient of each output. The examples come last in both, so that what is seen is copied in long runs.
 */
export const conv2dBackpropFilter: Acceleration = {
  answers: ['tensorflow/tfjs#8474'],
  ...missingOnWasm<Inputs, Attributes>(
    'Conv2DBackpropFilter',
    ({ x, dy }, { strides, pad, dimRoundingMode, filterShape }, backend) => {
      const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
      return tf.tidy(() => {
        const seen = toSeen(tf.transpose(x, [3, 1, 2, 0]), info, backend);
        const by = tf.transpose(dy, [1, 2, 0, 3]).reshape([-1, info.outChannels]);
        return tf.matMul(seen, by as tf.Tensor2D).reshape(filterShape);
      });
    },
  ),
};

/**
 * @param x `[channels, height, width, batch]`
 * @returns `[height * width of the filter * channels, height' * width' * batch]`, zeros where the filter looks over the edge
 */
function toSeen(x: tf.Tensor4D, info: WindowInfo, backend: WasmBackend): tf.Tensor2D {
  const { filterHeight, filterWidth, inChannels, inHeight, inWidth, outHeight, outWidth, batchSize } = info;
  const entries = filterHeight * filterWidth * inChannels;
  const out = backend.makeOutput([entries, outHeight * outWidth * batchSize], 'float32');
  const [source, target] = floatsOf(backend, x, out);
  target.fill(0);
  let place = 0;
  for (let i = 0; i < filterHeight; i++) {
    for (let j = 0; j < filterWidth; j++) {
      for (let channel = 0; channel < inChannels; channel++) {
        for (let row = 0; row < outHeight; row++, place += outWidth * batchSize) {
          const y = row * info.strideHeight - info.padInfo.top + i;
          if (y < 0 || y >= inHeight) continue;
          copyRow((channel * inHeight + y) * inWidth, j - info.padInfo.left);
        }
      }
    }
  }
  return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor2D;

  /** What one entry sees of a row: its columns from `shift` on, by the stride. */
  function copyRow(start: number, shift: number): void {
    const stride = info.strideWidth;
    const first = Math.max(0, Math.ceil(-shift / stride));
    const end = Math.min(outWidth, Math.floor((inWidth - 1 - shift) / stride) + 1);
    if (stride === 1) copy(place + first * batchSize, start + first + shift, end - first);
    else
      for (let column = first; column < end; column++) {
        copy(place + column * batchSize, start + column * stride + shift, 1);
      }
  }

  function copy(to: number, pixel: number, pixels: number): void {
    if (pixels > 0) target.set(source.subarray(pixel * batchSize, (pixel + pixels) * batchSize), to);
  }
}
