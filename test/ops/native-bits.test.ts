import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { inBytes, packed, unpacked } from '../../src/ops/native-bits.js';
import { nativeProgram } from '../../src/ops/native-op.js';

const isNative = () => tf.getBackend() === 'tensorflow';

/** Packed and unpacked again. */
function roundTrip(values: tf.Tensor): [bits: tf.Tensor, back: tf.Tensor] {
  const { shape } = values;
  const wide = [...shape.slice(0, -1), inBytes(shape.at(-1) as number)];
  return nativeProgram([values], (ops, values) => {
    const bits = packed(ops, values, shape);
    return [bits, unpacked(ops, bits, wide)];
  }) as [tf.Tensor, tf.Tensor];
}

describe('truth values at a bit each', () => {
  it('come back as they were, each byte of them', ({ skip }) => {
    skip(!isNative(), 'native only');
    const values = Array.from({ length: 256 }, (_, byte) =>
      Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1),
    );
    const [bits, back] = roundTrip(tf.tensor2d(values, [256, 8], 'bool'));
    expect(bits.shape).toEqual([256, 1]);
    expect(back.arraySync()).toEqual(values);
  });

  it.for([[3, 1], [2, 5, 13], [4, 16], [9]])('come back with false behind them: %j', (shape, { skip }) => {
    skip(!isNative(), 'native only');
    const values = tf.randomUniform(shape, 0, 1, 'float32', 4).greater(0.5);
    const missing = inBytes(shape.at(-1) as number) - (shape.at(-1) as number);
    const [bits, back] = roundTrip(values);
    expect(bits.size * 8).toBe(back.size);
    const none = shape.map(() => [0, 0] as [number, number]).with(-1, [0, missing]);
    expect(back.cast('float32')).toBeAllClose(values.cast('float32').pad(none));
  });
});
