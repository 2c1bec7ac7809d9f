import * as tf from '@tensorflow/tfjs';
import type { Convolution2d, Convolution3d } from '../../../tfjs/kernels.js';
import type { Acceleration } from '../../acceleration.js';
import { along } from '../crop.js';
import { overrideOn, together } from '../on-backends.js';

/**
 * Convolutions of one channel on the native backend whose output is one column wide, with a stride above 1 along the width.
 * TensorFlow (2.21, oneDNN) does not write every other row of the output where the stride along the height is 1. One column
 * needs no stride: what the window covers is padded and sliced first.
 */
export const oneColumnOutput: Acceleration = together(
  overrideOn('tensorflow', ['Conv2D', 'FusedConv2D'], ({ x, filter }, attributes, original) => {
    const axes = axesToPad(x.shape, filter.shape, attributes);
    if (!axes) return null;
    const [rows, columns] = axes.map(strideOf);
    return tf.tidy(() =>
      original.tensor({
        inputs: { x: padded(x, axes) },
        attributes: { strides: [rows!, columns!], pad: 'valid' },
      }),
    );
  }),
  overrideOn('tensorflow', ['Conv3D'], ({ x, filter }, attributes, original) => {
    const axes = axesToPad(x.shape, filter.shape, attributes);
    if (!axes) return null;
    const [planes, rows, columns] = axes.map(strideOf);
    return tf.tidy(() =>
      original.tensor({
        inputs: { x: padded(x, axes) },
        attributes: { strides: [planes!, rows!, columns!], pad: 'valid' },
      }),
    );
  }),
);

interface Axis {
  size: number;
  stride: number;
  places: number;
  /** The zeros before the first entry, and the size that the windows cover, zeros included. */
  start: number;
  padded: number;
}

/** The axes of an image whose output is such a column; null for other images, paddings and data formats. */
function axesToPad(
  shape: number[],
  filter: number[],
  { strides, pad, dilations, dataFormat = 'NHWC' }: Convolution2d | Convolution3d,
): Axis[] | null {
  const isKnown = (pad === 'same' || pad === 'valid') && ['NHWC', 'NDHWC'].includes(dataFormat);
  if (!isKnown || shape.at(-1) !== 1) return null;
  const axes = shape.slice(1, -1).map((size, i) => {
    const stride = along(strides, i);
    const extent = (filter[i]! - 1) * along(dilations ?? 1, i) + 1;
    const places = Math.ceil((pad === 'same' ? size : size - extent + 1) / stride);
    const padded = (places - 1) * stride + extent;
    const start = pad === 'same' ? Math.floor(Math.max(0, padded - size) / 2) : 0;
    return { size, stride, places, start, padded };
  });
  const last = axes.at(-1);
  return last?.places === 1 && last.stride !== 1 ? axes : null;
}

const strideOf = ({ stride, places }: Axis): number => (places === 1 ? 1 : stride);

/** What the windows cover, zeros included. */
function padded<T extends tf.Tensor>(x: T, axes: Axis[]): T {
  const padding = axes.map(({ padded, start, size }): [number, number] => [
    start,
    Math.max(0, padded - start - size),
  ]);
  const whole = tf.pad<T>(x, [[0, 0], ...padding, [0, 0]]);
  return tf.slice<T['rankType'], T>(
    whole,
    whole.shape.map(() => 0),
    [x.shape[0]!, ...axes.map(({ padded }) => padded), 1],
  );
}
