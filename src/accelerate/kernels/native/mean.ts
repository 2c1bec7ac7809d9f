import { DROP, KEEP } from '../../../ops/native-attributes.js';
import { nativeResult } from '../../../ops/native-op.js';
import type { Acceleration } from '../../acceleration.js';
import { axesOf } from '../../reduced-axes.js';
import { overrideOn } from '../on-backends.js';

/** A mean without the copy of its input that tfjs-node makes. */
export const mean: Acceleration = overrideOn('tensorflow', ['Mean'], ({ x }, attributes) => {
  if (x.dtype !== 'float32') return null;
  const axes = axesOf(attributes, x.shape);
  return nativeResult([x], ({ op, integers }, x) =>
    op('Mean', attributes.keepDims ? KEEP : DROP, x, integers(axes)),
  );
});
