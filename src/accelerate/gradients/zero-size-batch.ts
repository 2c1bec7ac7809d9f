import * as tf from '@tensorflow/tfjs';
import type { Inputs, KernelName } from '../../tfjs/kernels.js';
import { overrideGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';

/** Zeros in the shape of each input where a kernel has no outputs. */
function zerosIfEmpty<K extends KernelName>(
  kernelName: K,
  inputs: readonly (string & keyof Inputs<K>)[],
): Acceleration['apply'] {
  return overrideGradient(kernelName, inputs, (dy, saved) => {
    if (dy.size > 0) return null;
    return Object.fromEntries(inputs.map((name, i) => [name, () => tf.zerosLike(saved[i]!)]));
  });
}

/** Kernels whose gradients sum over examples, or go to kernels that do. */
const KERNELS = [
  zerosIfEmpty('Add', ['a', 'b']),
  zerosIfEmpty('Sub', ['a', 'b']),
  zerosIfEmpty('Multiply', ['a', 'b']),
  zerosIfEmpty('RealDiv', ['a', 'b']),
  zerosIfEmpty('BatchMatMul', ['a', 'b']),
  zerosIfEmpty('Conv2D', ['x', 'filter']),
  zerosIfEmpty('Conv3D', ['x', 'filter']),
  zerosIfEmpty('DepthwiseConv2dNative', ['x', 'filter']),
  zerosIfEmpty('Conv2DBackpropInput', ['dy', 'filter']),
  zerosIfEmpty('Conv3DBackpropInputV2', ['dy', 'filter']),
  zerosIfEmpty('Prelu', ['x', 'alpha']),
];

/**
 * Gradients of a batch without examples: zeros in the shape of each input. tfjs takes an axis of size 0 for one along which
 * nothing broadcasts, and leaves kernels nothing to sum, where some throw and those of wasm return whatever their memory
 * held.
 */
export const zeroSizeBatch: Acceleration = {
  apply(overrides) {
    for (const apply of KERNELS) apply(overrides);
  },
};
