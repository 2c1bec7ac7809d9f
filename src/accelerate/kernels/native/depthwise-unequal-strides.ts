import * as tf from '@tensorflow/tfjs';
import { dilate } from '../../../ops/dilate.js';
import type { Convolution2d } from '../../../tfjs/kernels.js';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn, together } from '../on-backends.js';
import { convolutionInfo } from '../sliding-window.js';

type Shape = tf.Tensor4D['shape'];

const output = overrideOn('tensorflow', ['DepthwiseConv2dNative'], ({ x, filter }, attributes, original) => {
  const plan = planOf(x.shape, filter.shape, attributes);
  if (!plan) return null;
  return tf.tidy(() => {
    const all = original.tensor({ inputs: { x: tf.pad(x, plan.padding) }, attributes: plan.attributes });
    const every = tf.stridedSlice(all, [0, 0, 0, 0], plan.computed, [1, ...plan.steps, 1]);
    return tf.slice(every, [0, 0, 0, 0], plan.asked);
  });
});

const filterGradient = overrideOn(
  'tensorflow',
  ['DepthwiseConv2dNativeBackpropFilter'],
  ({ x, dy }, attributes, original) => {
    const plan = planOf(x.shape, attributes.filterShape, attributes);
    if (!plan) return null;
    return tf.tidy(() => {
      const inputs = { x: tf.pad(x, plan.padding), dy: spaced(dy, plan) };
      return original.tensor({ inputs, attributes: plan.attributes });
    });
  },
);

const inputGradient = overrideOn(
  'tensorflow',
  ['DepthwiseConv2dNativeBackpropInput'],
  ({ dy, filter }, attributes, original) => {
    const { inputShape } = attributes;
    const plan = planOf(inputShape, filter.shape, attributes);
    if (!plan) return null;
    return tf.tidy(() => {
      const dx = original.tensor({
        inputs: { dy: spaced(dy, plan) },
        attributes: { ...plan.attributes, inputShape: plan.padded },
      });
      return tf.slice(
        dx,
        plan.padding.map(([first]) => first),
        inputShape,
      );
    });
  },
);

/**
 * Depthwise convolutions on the native backend whose strides along height and width differ. TensorFlow's op has one stride,
 * for which tfjs-node passes that along the height. The convolution is computed with the greatest common divisor of both:
 * every n-th row and column of its output is the result, and its gradient has zeros in between.
 */
export const depthwiseUnequalStrides: Acceleration = together(output, filterGradient, inputGradient);

interface Plan {
  /** In pixels, and the shape of the image with it. */
  padding: [number, number][];
  padded: Shape;
  /** The shapes of the result and of what is computed, which has the result at every n-th row and column. */
  asked: Shape;
  computed: Shape;
  steps: [number, number];
  attributes: Convolution2d;
}

/** Null where the strides are equal. */
function planOf(image: Shape, filter: Shape, attributes: Convolution2d): Plan | null {
  const info = convolutionInfo(image, filter, attributes, true);
  const { padInfo, outShape, strideHeight, strideWidth } = info;
  if (strideHeight === strideWidth) return null;
  const strides = greatestCommonDivisor(strideHeight, strideWidth);
  const [batch, height, width, channels] = image;
  const padded: Shape = [
    batch,
    height + padInfo.top + padInfo.bottom,
    width + padInfo.left + padInfo.right,
    channels,
  ];
  const computed: Convolution2d = { ...attributes, strides, pad: 'valid', dimRoundingMode: undefined };
  return {
    padding: [
      [0, 0],
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
      [0, 0],
    ],
    padded,
    asked: outShape,
    computed: convolutionInfo(padded, filter, computed, true).outShape,
    steps: [strideHeight / strides, strideWidth / strides],
    attributes: { strides, pad: 'valid', dimRoundingMode: undefined },
  };
}

/** The gradient by what is computed: zeros at the rows and columns that are not in the result. */
function spaced(dy: tf.Tensor4D, { steps, computed }: Plan): tf.Tensor4D {
  const wide = dilate(dilate(dy, 1, steps[0]), 2, steps[1]);
  return tf.pad(
    wide,
    wide.shape.map((size, i): [number, number] => [0, computed[i]! - size]),
  );
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
