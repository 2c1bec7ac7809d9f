import * as tf from '@tensorflow/tfjs';
import { nativeResult } from '../ops/native-op.js';
import type { MaybeChanging } from '../steps/changing.js';

const WORDS = { dtype: 'int32', T: 'int32', Tseed: 'int32' } as const;
const SHAPED = { T: 'bool', Tshape: 'int32' } as const;
const SLICED = { T: 'bool', Index: 'int32' } as const;
const INTEGERS = {
  8: { T: 'int32', type: 'uint8' },
  16: { T: 'int32', type: 'uint16' },
} as const;
const BOUND = {
  8: { SrcT: 'int32', DstT: 'uint8' },
  16: { SrcT: 'int32', DstT: 'uint16' },
} as const;
const COMPARED = { 8: { T: 'uint8' }, 16: { T: 'uint16' } } as const;

/**
 * Whether random integers of 8 or 16 bits are at least `least`, drawn with TensorFlow's own op in words of 32 bits; null
 * on any other backend.
 */
export function nativeIntegersFrom(
  least: MaybeChanging,
  bits: 8 | 16,
  shape: number[],
  key: number,
  step: MaybeChanging,
): tf.Tensor | null {
  const size = tf.util.sizeFromShape(shape);
  const count = Math.ceil((size * bits) / 32);
  return nativeResult([], ({ op, integers }) => {
    const words = op('StatelessRandomUniformFullInt', WORDS, integers([count]), integers([key, step]));
    const values = op('Bitcast', INTEGERS[bits], words);
    const bound = op('Cast', BOUND[bits], integers([least]));
    const kept = op('GreaterEqual', COMPARED[bits], values, bound);
    const flat = op('Reshape', SHAPED, kept, integers([-1]));
    const enough = op('Slice', SLICED, flat, integers([0]), integers([size]));
    return op('Reshape', SHAPED, enough, integers(shape));
  });
}
