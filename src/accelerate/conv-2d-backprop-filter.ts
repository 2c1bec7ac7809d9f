import * as tf from '@tensorflow/tfjs';
import { toPatches } from '../ops/patches.js';
import type { Acceleration } from './acceleration.js';
import { missingOnWasm, type WindowAttributes, windowOf } from './wasm-kernel.js';

interface Inputs {
  x: tf.Tensor4D;
  dy: tf.Tensor4D;
}

interface Attributes extends WindowAttributes {
  filterShape: [number, number, number, number];
}

/** The gradient of a convolution by its filter on the wasm backend: `dw = patches(x)^T dy`. */
export const conv2dBackpropFilter: Acceleration = {
  name: 'conv2dBackpropFilter',
  answers: ['tensorflow/tfjs#8474'],
  ...missingOnWasm<Inputs, Attributes>('Conv2DBackpropFilter', ({ x, dy }, attributes) => {
    const [height, width, , filters] = attributes.filterShape;
    const seen = toPatches(x, [height, width], windowOf(attributes));
    const rows = seen.reshape([-1, seen.shape[3]]) as tf.Tensor2D;
    return tf.matMul(rows, dy.reshape([-1, filters]), true, false).reshape(attributes.filterShape);
  }),
};
