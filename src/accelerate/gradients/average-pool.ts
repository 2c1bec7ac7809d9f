import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

type Conv = typeof tf.backend_util;
type Padding = Parameters<Conv['computePool2DInfo']>[4];

interface Attributes {
  filterSize: number | number[];
  strides: number | number[];
  pad: Padding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** How a window moves along one axis: over `size` entries, from `-before` on. */
interface Axis {
  size: number;
  window: number;
  stride: number;
  before: number;
  places: number;
}

/**
 * The gradient of average pooling where a window reaches over the edge: an average is of the entries within the image, so
 * that each gets `dy` by their number, where tfjs divides by that of the whole window. TensorFlow's own is right.
 */
const averaging = (
  kernelName: 'AvgPool' | 'AvgPool3D',
  axesOf: (x: tf.Tensor, given: Attributes) => Axis[],
): Acceleration => ({
  apply(overrides) {
    const before = tf.getGradient(kernelName);
    overrides.gradient({
      ...before,
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        const axes = axesOf(x, attributes as unknown as Attributes);
        if (tf.getBackend() === 'tensorflow' || axes.every(staysInside)) {
          return before.gradFunc(dy, saved, attributes);
        }
        return before.gradFunc(tf.mul(dy as tf.Tensor, shares(axes)), saved, attributes);
      },
    });
  },
});

export const averagePool = averaging('AvgPool', (x, { filterSize, strides, pad, dimRoundingMode }) => {
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad,
    dimRoundingMode,
  );
  const { padInfo } = info;
  return [
    {
      size: info.inHeight,
      window: info.filterHeight,
      stride: info.strideHeight,
      before: padInfo.top,
      places: info.outHeight,
    },
    {
      size: info.inWidth,
      window: info.filterWidth,
      stride: info.strideWidth,
      before: padInfo.left,
      places: info.outWidth,
    },
  ];
});

export const averagePool3d = averaging('AvgPool3D', (x, { filterSize, strides, pad, dimRoundingMode }) => {
  const info = tf.backend_util.computePool3DInfo(
    x.shape as [number, number, number, number, number],
    filterSize as [number, number, number],
    strides as [number, number, number],
    1,
    pad as 'same',
    dimRoundingMode,
  );
  const { padInfo } = info;
  // tfjs has a padding below 0 where a stride is above its window.
  return [
    {
      size: info.inDepth,
      window: info.filterDepth,
      stride: info.strideDepth,
      before: Math.max(padInfo.front, 0),
      places: info.outDepth,
    },
    {
      size: info.inHeight,
      window: info.filterHeight,
      stride: info.strideHeight,
      before: Math.max(padInfo.top, 0),
      places: info.outHeight,
    },
    {
      size: info.inWidth,
      window: info.filterWidth,
      stride: info.strideWidth,
      before: Math.max(padInfo.left, 0),
      places: info.outWidth,
    },
  ];
});

/** How many entries of the axis each place sees. */
const counts = ({ size, window, stride, before, places }: Axis): number[] =>
  Array.from({ length: places }, (_, place) => {
    const first = place * stride - before;
    return Math.min(first + window, size) - Math.max(first, 0);
  });

const staysInside = (axis: Axis): boolean => counts(axis).every((count) => count === axis.window);

/** The entries of the whole window by those within the image, `[1, ...places, 1]`. */
function shares(axes: Axis[]): tf.Tensor {
  const each = axes.map((axis, i) => {
    const shape = axes.map((_, j) => (i === j ? axis.places : 1));
    return tf.tensor(
      counts(axis).map((count) => axis.window / Math.max(count, 1)),
      [1, ...shape, 1],
    );
  });
  return each.reduce((product, share) => tf.mul(product, share));
}
