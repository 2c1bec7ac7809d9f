import * as tf from '@tensorflow/tfjs';
import type { AxisMap } from '../layer/foldable.js';
import { axisOf, column, image, isZero, timesLast, transposed } from './axis-map.js';
import type { Blueprint } from './blueprint.js';

/** The kernels and the bias of a layer that is linear but for its activation. */
interface Affine {
  kernels: tf.Tensor[];
  bias: tf.Tensor1D | null;
}

/** How a kernel of some form takes a map in; null where it cannot. */
interface Form {
  /** The kernels whose outputs are mapped. */
  outputs(kernels: tf.Tensor[], map: AxisMap): tf.Tensor[] | null;
  /** The kernels whose inputs are mapped. */
  inputs(kernels: tf.Tensor[], map: AxisMap): tf.Tensor[] | null;
  /** What a shift of every input adds to the outputs; null where that differs from place to place. */
  response(kernels: tf.Tensor[], shift: tf.Tensor1D): tf.Tensor1D | null;
}

/** `[..., in, out]` */
const usual: Form = {
  outputs: ([kernel], map) => [timesLast(kernel!, map)],
  inputs: ([kernel], map) => [timesSecondLast(kernel!, map)],
  response: ([kernel], shift) => rowTimes(shift, total(kernel!)),
};

/** `[..., out, in]`: a transposed convolution adds up fewer of its inputs at some places than at others. */
const turned: Form = {
  outputs: ([kernel], map) => [timesSecondLast(kernel!, transposed(map))],
  inputs: ([kernel], map) => [timesLast(kernel!, transposed(map))],
  response: () => null,
};

/** `[..., in, multiplier]`: each output has one input, so that only a scale keeps the form. */
const depthwise: Form = {
  outputs: ([kernel], map) =>
    'scale' in map ? [tf.mul(kernel!, map.scale.reshape(kernel!.shape.slice(-2)))] : null,
  inputs: ([kernel], map) => ('scale' in map ? [tf.mul(kernel!, column(map.scale))] : null),
  response: ([kernel], shift) => tf.mul(total(kernel!), column(shift)).flatten(),
};

/** A depthwise kernel, then a pointwise one. */
const separable: Form = {
  outputs: ([first, second], map) => [first!, timesLast(second!, map)],
  inputs: ([first, second], map) => {
    const scaled = depthwise.inputs([first!], map);
    return scaled && [...scaled, second!];
  },
  response: ([first, second], shift) => {
    const between = depthwise.response([first!], shift);
    return between && rowTimes(between, total(second!));
  },
};

const FORMS: Readonly<Record<string, Form>> = {
  Dense: usual,
  Conv1D: usual,
  Conv2D: usual,
  Conv3D: usual,
  Conv2DTranspose: turned,
  Conv3DTranspose: turned,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
};

function formOf({ builtin, config }: Blueprint): Form | null {
  if (!builtin) return null;
  // There tfjs adds the bias of a separable convolution on the wrong axis, and leaves a conv1d's channels last.
  if (['SeparableConv2D', 'Conv1D'].includes(builtin) && config.dataFormat === 'channelsFirst') return null;
  return FORMS[builtin] ?? null;
}

/** The layer that does what this one and then the map do; null where there is none of its class. */
export function withMapAfter(layer: Blueprint, map: AxisMap, rank: number): Blueprint | null {
  const form = formOf(layer);
  if (!form || !layer.linear || axisOf(map, rank) !== channelAxis(layer, rank)) return null;
  const { kernels, bias } = affineOf(layer);
  const mapped = form.outputs(kernels, map);
  return mapped && withWeights(layer, { kernels: mapped, bias: bias ? image(bias, map) : map.shift });
}

/** The layer that does what the map and then this one do; null where there is none of its class. */
export function withMapBefore(layer: Blueprint, map: AxisMap, rank: number): Blueprint | null {
  const form = formOf(layer);
  if (!form || axisOf(map, rank) !== channelAxis(layer, rank)) return null;
  const { kernels, bias } = affineOf(layer);
  const mapped = form.inputs(kernels, map);
  if (!mapped) return null;
  // Padding is of zeros, which the map before it would not have left zero.
  const everywhere = layer.className === 'Dense' || layer.config.padding === 'valid';
  const added = everywhere ? form.response(kernels, map.shift) : null;
  if (!added && !isZero(map.shift)) return null;
  const sum = added && (bias ? tf.add<tf.Tensor1D>(bias, added) : added);
  return withWeights(layer, { kernels: mapped, bias: sum ?? bias });
}

function channelAxis({ className, config }: Blueprint, rank: number): number {
  return className !== 'Dense' && config.dataFormat === 'channelsFirst' ? 1 : rank - 1;
}

function affineOf({ config, weights }: Blueprint): Affine {
  if (config.useBias === false) return { kernels: [...weights], bias: null };
  return { kernels: weights.slice(0, -1), bias: weights.at(-1) as tf.Tensor1D };
}

/** The same layer with other weights, and with a bias where it has become needed. */
function withWeights(layer: Blueprint, { kernels, bias }: Affine): Blueprint {
  const useBias = layer.config.useBias !== false || (bias !== null && !isZero(bias));
  return {
    ...layer,
    config: { ...layer.config, useBias },
    weights: useBias ? [...kernels, bias as tf.Tensor1D] : kernels,
  };
}

/** The map of the last axis but one, by its rows. */
function timesSecondLast(kernel: tf.Tensor, map: AxisMap): tf.Tensor {
  if ('scale' in map) return tf.mul(kernel, column(map.scale));
  return swapped(timesLast(swapped(kernel), transposed(map)));
}

/** The last two axes exchanged. */
function swapped(kernel: tf.Tensor): tf.Tensor {
  const axes = kernel.shape.map((_, axis) => axis);
  const [a, b] = axes.slice(-2);
  return tf.transpose(kernel, [...axes.slice(0, -2), b!, a!]);
}

/** The sum over all but the last two axes. */
function total(kernel: tf.Tensor): tf.Tensor2D {
  return tf.sum<tf.Tensor2D>(kernel.reshape([-1, ...kernel.shape.slice(-2)]), 0);
}

function rowTimes(row: tf.Tensor1D, matrix: tf.Tensor2D): tf.Tensor1D {
  return tf.matMul(row.expandDims<tf.Tensor2D>(0), matrix).flatten();
}
