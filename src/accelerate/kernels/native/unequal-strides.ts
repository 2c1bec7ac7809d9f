import * as tf from '@tensorflow/tfjs';
import { dilate } from '../../../ops/dilate.js';
import type { Acceleration } from '../../acceleration.js';
import { nativeKernels } from './native-kernel.js';

type Four = [number, number, number, number];

interface Attributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  dilations?: number | [number, number] | null;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape?: Four;
  filterShape?: Four;
}

/**
 * Depthwise convolutions with different strides along rows and columns on the native backend, where TensorFlow's op has
 * one stride: tfjs-node passes that of the rows for both. Computed with the greatest common divisor of the two: every n-th
 * row and column of that output is the one asked for, and its gradient has zeros in between.
 */
export const unequalStrides: Acceleration = nativeKernels(
  ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
  (call, before) => {
    const { x, dy, filter } = call.inputs as { x?: tf.Tensor4D; dy?: tf.Tensor4D; filter?: tf.Tensor4D };
    const attrs = call.attrs as unknown as Attributes;
    const { strides, inputShape = x?.shape, filterShape = filter?.shape } = attrs;
    const [high, wide] = typeof strides === 'number' ? [strides, strides] : strides;
    if (high === wide) return before();

    const { padding, padded, stride, asked, computed } = layOut(
      inputShape as Four,
      filterShape as Four,
      attrs,
    );
    const steps = [high / stride, wide / stride] as const;
    const tensor = (inputs: Record<string, tf.Tensor4D>): tf.Tensor4D => {
      const replaced = { strides: stride, pad: 'valid', inputShape: padded, dimRoundingMode: undefined };
      return before({
        ...call,
        inputs: { ...call.inputs, ...inputs },
        attrs: { ...call.attrs, ...replaced } as unknown as tf.NamedAttrMap,
      }) as tf.Tensor4D;
    };
    return tf.tidy(() => {
      const input = x ? { x: tf.pad(x, padding) } : {};
      if (!dy) {
        const met = tf.stridedSlice(tensor(input), [0, 0, 0, 0], computed, [1, ...steps, 1]);
        return tf.slice(met, [0, 0, 0, 0], asked);
      }
      const spaced = dilate(dilate(dy, 1, steps[0]), 2, steps[1]);
      const behind = spaced.shape.map((size, i): [number, number] => [0, (computed[i] as number) - size]);
      const gradient = tensor({ ...input, dy: tf.pad(spaced, behind as typeof padding) });
      const start = padding.map(([first]) => first) as Four;
      return x ? gradient : tf.slice(gradient, start, inputShape as Four);
    });
  },
);

/** The padding in pixels, the padded shape, the stride of both axes, and the shapes of the output and of all that it is of. */
function layOut(inputShape: Four, filterShape: Four, attrs: Attributes) {
  const info = (
    shape: Four,
    strides: Attributes['strides'],
    pad: Attributes['pad'],
    rounding = attrs.dimRoundingMode,
  ) =>
    tf.backend_util.computeConv2DInfo(shape, filterShape, strides, attrs.dilations ?? 1, pad, rounding, true);
  const { padInfo, outShape, strideHeight, strideWidth } = info(inputShape, attrs.strides, attrs.pad);
  const padding: [number, number][] = [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ];
  const padded = inputShape.map((size, i) => size + (padding[i] as number[]).reduce((a, b) => a + b)) as Four;
  const stride = greatestCommonDivisor(strideHeight, strideWidth);
  return {
    padding: padding as Parameters<typeof tf.pad<tf.Tensor4D>>[1],
    padded,
    stride,
    asked: outShape,
    computed: info(padded, stride, 'valid', undefined).outShape,
  };
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
