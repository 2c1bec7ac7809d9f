import { BIAS } from '../../../ops/native-attributes.js';
import { nativeResult } from '../../../ops/native-op.js';
import type { Acceleration } from '../../acceleration.js';
import { axesOf } from '../../reduced-axes.js';
import { overrideOn } from '../on-backends.js';

/** A sum over all axes but the last, as the gradient of every bias is, by TensorFlow's op for that. */
export const sum: Acceleration = overrideOn('tensorflow', ['Sum'], ({ x }, attributes) => {
  const axes = axesOf(attributes, x.shape);
  const isAllButLast = axes.length === x.rank - 1 && !axes.includes(x.rank - 1);
  if (x.rank < 2 || !isAllButLast || attributes.keepDims || x.size === 0 || x.dtype !== 'float32')
    return null;
  return nativeResult([x], ({ op }, x) => op('BiasAddGrad', BIAS, x));
});
