import * as tf from '@tensorflow/tfjs';
import type { PixelWindow } from '../ops/patches.js';
import type { Acceleration } from './acceleration.js';

/** A kernel that the wasm backend lacks, made of those that it has. */
export function missingOnWasm<Inputs, Attributes>(
  kernelName: string,
  kernel: (inputs: Inputs, attributes: Attributes) => tf.Tensor,
): Pick<Acceleration, 'needed' | 'apply'> {
  return {
    needed: () => tf.getKernel(kernelName, 'wasm') === undefined,
    apply: (patches) =>
      patches.kernel({
        kernelName,
        backendName: 'wasm',
        kernelFunc: ({ inputs, attrs }) => tf.tidy(() => kernel(inputs as Inputs, attrs as Attributes)),
      }),
  };
}

/** How tfjs tells a kernel the window of a convolution. */
export interface WindowAttributes {
  strides: [number, number] | number;
  dilations?: [number, number] | number;
  pad: PixelWindow['padding'];
}

export const windowOf = ({ strides, dilations = 1, pad }: WindowAttributes): PixelWindow => ({
  strides: pair(strides),
  dilations: pair(dilations),
  padding: pad,
});

const pair = (value: [number, number] | number): [number, number] =>
  typeof value === 'number' ? [value, value] : value;
