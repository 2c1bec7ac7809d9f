import * as tf from '@tensorflow/tfjs';
import type { Backends } from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { axesOf, reducedShape } from '../reduced-axes.js';
import { overrideOn } from './on-backends.js';

/** The reduction of no values, as in TensorFlow. */
const VALUES = {
  Sum: () => 0,
  Mean: () => Number.NaN,
  Prod: () => 1,
  Max: (dtype: tf.DataType) => (dtype === 'float32' ? Number.NEGATIVE_INFINITY : -(2 ** 31)),
  Min: (dtype: tf.DataType) => (dtype === 'float32' ? Number.POSITIVE_INFINITY : 2 ** 31 - 1),
  Any: () => 0,
  All: () => 1,
};

/**
 * Reductions of tensors of size zero. tfjs returns whatever its memory held on wasm, and on cpu 0 for a mean and NaN for
 * the largest and the smallest.
 */
const reductionsOn = (backend: keyof Backends): Acceleration =>
  overrideOn(backend, ['Sum', 'Mean', 'Prod', 'Max', 'Min', 'Any', 'All'], ({ x }, attributes, { name }) => {
    if (tf.util.sizeFromShape(x.shape) > 0) return null;
    const shape = reducedShape(x.shape, axesOf(attributes, x.shape), attributes.keepDims);
    const dtype = typeOf(name, x.dtype);
    return tf.fill(shape, VALUES[name](dtype), dtype);
  });

/** Bools are added and multiplied as integers; their mean is a float. */
function typeOf(name: keyof typeof VALUES, dtype: tf.DataType): tf.DataType {
  if (name === 'Mean') return 'float32';
  return dtype === 'bool' && (name === 'Sum' || name === 'Prod') ? 'int32' : dtype;
}

export const zeroSizeReductions = {
  cpu: reductionsOn('cpu'),
  webgl: reductionsOn('webgl'),
  wasm: reductionsOn('wasm'),
};
