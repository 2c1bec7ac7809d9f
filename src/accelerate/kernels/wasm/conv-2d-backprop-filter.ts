import * as tf from '@tensorflow/tfjs';
import { floatsOf, type WasmBackend } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { addOn } from '../on-backends.js';
import { convolutionInfo, type WindowInfo } from '../sliding-window.js';

/**
 * The gradient of a convolution by its filter on the wasm backend: `dw = unfold(x) dy`, the image patches at each entry of
 * the filter by the gradient of each output. The examples come last in both, so that patches are copied in long runs.
 */
export const conv2dBackpropFilter: Acceleration = addOn(
  'wasm',
  'Conv2DBackpropFilter',
  ({ x, dy }, attributes, { backend }) => {
    const { filterShape } = attributes;
    const info = convolutionInfo(x.shape, filterShape, { ...attributes, dilations: 1 });
    return tf.tidy(() => {
      const patches = unfold(tf.transpose(x, [3, 1, 2, 0]), info, backend);
      const by = tf.transpose(dy, [1, 2, 0, 3]).reshape([-1, info.outChannels]);
      return tf.matMul(patches, by).reshape(filterShape);
    });
  },
);

/**
 * @param x `[channels, height, width, batch]`
 * @returns `[height * width of the filter * channels, height' * width' * batch]`, zeros where the filter is over the edge
 */
function unfold(x: tf.Tensor, info: WindowInfo, backend: WasmBackend): tf.Tensor {
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
  return tf.engine().makeTensorFromTensorInfo(out);

  /** What one entry of the filter meets in a row: its columns from `shift` on, by the stride. */
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
