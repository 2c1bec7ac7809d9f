import * as tf from '@tensorflow/tfjs';
import { everywhere, type Kernel } from './every-backend.js';

interface Attributes {
  axis?: number | number[];
  /** What `Max` calls the axes. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

/** What each reduction makes of no values, as TensorFlow does. */
const OF_NOTHING: Record<string, (dtype: tf.DataType) => number> = {
  Sum: () => 0,
  Mean: () => Number.NaN,
  Prod: () => 1,
  Max: (dtype) => (dtype === 'float32' ? Number.NEGATIVE_INFINITY : -(2 ** 31)),
  Min: (dtype) => (dtype === 'float32' ? Number.POSITIVE_INFINITY : 2 ** 31 - 1),
  Any: () => 0,
  All: () => 1,
};

/**
 * Reductions of no values. tfjs leaves what its memory held on wasm, and says 0 for a mean and NaN for the largest and the
 * smallest on cpu.
 */
export const { onAll: ofNothing, onWasm: ofNothingOnWasm } = everywhere(
  Object.fromEntries(Object.entries(OF_NOTHING).map(([name, value]) => [name, filled(name, value)])),
);

function filled(name: string, value: (dtype: tf.DataType) => number): Kernel {
  return (call, before) => {
    const { x } = call.inputs as { x: tf.Tensor };
    if (tf.util.sizeFromShape(x.shape) > 0) return before(call);
    const { axis, reductionIndices, keepDims } = call.attrs as unknown as Attributes;
    const axes = tf.util.parseAxisParam((axis ?? reductionIndices) as number[], x.shape);
    const shape = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
    const dtype = typeOf(name, x.dtype);
    return tf.fill(shape, value(dtype), dtype as 'float32');
  };
}

/** Truths are added and multiplied as whole numbers; a mean is none. */
function typeOf(name: string, dtype: tf.DataType): tf.DataType {
  if (name === 'Mean') return 'float32';
  return dtype === 'bool' && (name === 'Sum' || name === 'Prod') ? 'int32' : dtype;
}
