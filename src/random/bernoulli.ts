import * as tf from '@tensorflow/tfjs';
import { decided, type MaybeChanging, mapped, nowOf } from '../steps/changing.js';
import { nativeIntegersFrom } from './native-integers.js';
import { type Stream, streamKey, words } from './uniform.js';

/** Bits of the integer that decides one element: 8 where the rate is a multiple of 1/256, else 16. */
type Bits = 8 | 16;

/**
 * A rate as it is drawn by: rounded to a multiple of 2^-16, so that 16 random bits an element are enough. Whoever divides
 * by 1 - rate has to take this one.
 */
export function drawnRate(rate: number): number {
  return Math.round(rate * 2 ** 16) / 2 ** 16;
}

/**
 * True with probability `1 - rate`, a pure function of (seed, layer, step): the same on every backend.
 *
 * An element is true where its integer, 8 or 16 bits of the Philox words from the lowest on, is at least `rate` times the
 * number of integers. Drawing takes half the time of a dropout; four elements or two a word make it a half or a
 * quarter of what a word each would take.
 *
 * @param rate strictly between 0 and 1 after {@link drawnRate}
 * @returns bool
 */
export function bernoulli(
  shape: number[],
  stream: Stream,
  step: MaybeChanging,
  rate: MaybeChanging,
): tf.Tensor {
  const drawn = mapped(rate, drawnRate);
  const bits = decided((): Bits => (Number.isInteger(nowOf(drawn) * 2 ** 8) ? 8 : 16));
  const least = mapped(drawn, (drawn) => drawn * 2 ** bits);
  const size = tf.util.sizeFromShape(shape);
  const key = streamKey(stream);
  return (
    nativeIntegersFrom(least, bits, shape, key, step) ??
    tf.tensor(integersFrom(nowOf(least), bits, size, key, nowOf(step)), shape, 'bool')
  );
}

/** 1 where the integer is at least `least`, else 0. */
export function integersFrom(least: number, bits: Bits, size: number, key: number, step: number): Uint8Array {
  const { buffer } = words(Math.ceil((size * bits) / 32), key, step);
  const integers = bits === 8 ? new Uint8Array(buffer) : new Uint16Array(buffer);
  const values = new Uint8Array(size);
  for (let i = 0; i < size; i++) values[i] = integers[i]! >= least ? 1 : 0;
  return values;
}
