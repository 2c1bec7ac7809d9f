import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { foreign, isForeign } from '../errors/copies.js';
import { builtinLayer, classNameOf } from '../tfjs/builtin-layers.js';
import { lostInCopy } from '../tfjs/copyable.js';
import { innerLayer } from '../tfjs/inside.js';

/** The kernels and the input of a built-in layer. */
export interface KernelLayer {
  /** For each kernel, by its name, the axes of the outputs. */
  kernels: Record<string, number[]>;
  /** The rank of the input: exactly, or at least. */
  rank: { exactly: number } | { atLeast: number };
}

const dense = { kernels: { kernel: [-1] }, rank: { atLeast: 2 } };
const conv2d = { kernels: { kernel: [-1] }, rank: { exactly: 4 } };
const recurrent = { kernels: { kernel: [-1], recurrent_kernel: [-1] }, rank: { exactly: 3 } };

/** The built-in layers with kernels, by class name. A convolution's kernel ends in [in, out], a transposed one's in [out, in]. */
const KNOWN: Record<string, KernelLayer> = {
  Dense: dense,
  Conv1D: { ...conv2d, rank: { exactly: 3 } },
  Conv2D: conv2d,
  Conv2DTranspose: { ...conv2d, kernels: { kernel: [-2] } },
  DepthwiseConv2D: { ...conv2d, kernels: { depthwise_kernel: [-2, -1] } },
  SeparableConv2D: { ...conv2d, kernels: { depthwise_kernel: [-2, -1], pointwise_kernel: [-1] } },
  SimpleRNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
};

const KNOWN_NAMES = `${Object.keys(KNOWN).join(', ')}, or TimeDistributed over one of them, or Bidirectional over a recurrent one`;

/**
 * Looks up a layer, in a wrapper too.
 *
 * @throws ArgumentError for one without a kernel, one that is normalized already, one of another copy of tfjs
 */
export function kernelLayer(wrapper: string, layer: unknown): KernelLayer {
  return known(wrapper, requireLayer(wrapper, layer));
}

/** @throws ArgumentError for anything but a layer of this copy of tfjs */
export function requireLayer(wrapper: string, layer: unknown): tf.layers.Layer {
  if (layer instanceof tf.layers.Layer) return layer;
  throw isForeign(layer) ? foreign(wrapper, 'layer') : unknownLayer(wrapper, layer);
}

function known(wrapper: string, layer: tf.layers.Layer): KernelLayer {
  const name = builtinLayer(layer);
  if (name === 'TimeDistributed') {
    const { kernels, rank } = kernelLayer(wrapper, innerLayer(layer));
    return {
      kernels,
      rank: 'exactly' in rank ? { exactly: rank.exactly + 1 } : { atLeast: rank.atLeast + 1 },
    };
  }
  if (name === 'Bidirectional') return kernelLayer(wrapper, innerLayer(layer));
  if (layer.getClassName() === 'EvenkeelWeightNorm')
    throw unknownLayer(wrapper, `${layer.name}, which is weight-normalized already`);
  const found = name && Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (!found) throw unknownLayer(wrapper, received(layer));
  return found;
}

/** A user's class that extends a built-in one may compute something else. */
function received(layer: tf.layers.Layer): string {
  const lost = lostInCopy(layer);
  return `a layer of class ${classNameOf(layer)}${lost ? `: ${lost}` : ''}`;
}

export function unknownLayer(wrapper: string, received: unknown): ArgumentError {
  return new ArgumentError(wrapper, 'layer', `a layer of class ${KNOWN_NAMES}`, received);
}
