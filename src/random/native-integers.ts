import * as tf from '@tensorflow/tfjs';
import { nativeOp } from '../ops/native-op.js';

const TYPES = { 8: 'uint8', 16: 'uint16' } as const;

/**
 * Whether random integers of 8 or 16 bits are at least `least`, drawn with TensorFlow's own op; null on any other
 * backend. At least `size` of them, in words of 32 bits.
 */
export function nativeIntegersFrom(
  least: number,
  bits: 8 | 16,
  size: number,
  key: number,
  step: number,
): tf.Tensor | null {
  const count = Math.ceil((size * bits) / 32);
  const T = TYPES[bits];
  return nativeOp('GreaterEqual', { T }, () => {
    const words = nativeOp(
      'StatelessRandomUniformFullInt',
      { dtype: 'int32', T: 'int32', Tseed: 'int32' },
      () => [tf.tensor1d([count], 'int32'), tf.tensor1d([key, step], 'int32')],
    );
    const integers = nativeOp('Bitcast', { T: 'int32', type: T }, () => [words as tf.Tensor]);
    const bound = nativeOp('Cast', { SrcT: 'int32', DstT: T }, () => [tf.scalar(least, 'int32')]);
    return [integers as tf.Tensor, bound as tf.Tensor];
  });
}
