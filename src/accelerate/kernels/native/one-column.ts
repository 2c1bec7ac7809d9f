import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { nativeKernels } from './native-kernel.js';

interface Attributes {
  strides: number | number[];
  pad: 'valid' | 'same' | number | unknown[];
  dilations?: number | number[] | null;
  dataFormat?: string;
}

/**
 * Convolutions of one channel on the native backend whose output is one column wide, with a stride along it. TensorFlow's
 * (2.21, oneDNN) leaves every other row of the output as its memory was where the stride along the rows is 1. Of one
 * column the stride is without meaning: what the window sees is padded and cut out before.
 */
export const oneColumn: Acceleration = nativeKernels(['Conv2D', 'FusedConv2D', 'Conv3D'], (call, before) => {
  const x = call.inputs.x as tf.Tensor;
  const filter = call.inputs.filter as tf.Tensor;
  const axes = axesOf(x.shape, filter.shape, call.attrs as unknown as Attributes);
  const last = axes?.at(-1);
  if (!axes || x.shape.at(-1) !== 1 || last?.places !== 1 || last.stride === 1) return before();
  return tf.tidy(() => {
    const padding = axes.map(({ padded, start, size }) => [start, Math.max(0, padded - start - size)]);
    const whole = tf.pad(x, [[0, 0], ...padding, [0, 0]] as [number, number][]);
    const seen = tf.slice(
      whole,
      whole.shape.map(() => 0),
      [x.shape[0] as number, ...axes.map(({ padded }) => padded), 1],
    );
    const strides = axes.map(({ stride, places }) => (places === 1 ? 1 : stride));
    return before({
      ...call,
      inputs: { ...call.inputs, x: seen },
      attrs: { ...call.attrs, strides, pad: 'valid' },
    }) as tf.Tensor;
  });
});

interface Axis {
  size: number;
  stride: number;
  places: number;
  /** The zeros before the first entry, and how far the windows reach, with them. */
  start: number;
  padded: number;
}

/** The axes of the image; null where padding is in pixels, or channels come first. */
function axesOf(shape: number[], filter: number[], attributes: Attributes): Axis[] | null {
  const { strides, pad, dilations, dataFormat = 'NHWC' } = attributes;
  const known = (pad === 'same' || pad === 'valid') && ['NHWC', 'NDHWC'].includes(dataFormat);
  if (!known) return null;
  const each = (value: number | number[], i: number): number =>
    typeof value === 'number' ? value : (value[i] as number);
  return shape.slice(1, -1).map((size, i) => {
    const stride = each(strides, i);
    const extent = ((filter[i] as number) - 1) * each(dilations ?? 1, i) + 1;
    const places = Math.ceil((pad === 'same' ? size : size - extent + 1) / stride);
    const padded = (places - 1) * stride + extent;
    const start = pad === 'same' ? Math.floor(Math.max(0, padded - size) / 2) : 0;
    return { size, stride, places, start, padded };
  });
}
