import * as tf from '@tensorflow/tfjs';
import { type MaybeChanging, nowOf } from '../steps/changing.js';
import { nativeUniform } from './native-uniform.js';
import { type Stream, streamKey, uniformValues } from './uniform.js';

/**
 * Normal numbers of mean 0 and variance 1, a pure function of (seed, layer, step): from the uniform numbers u of the
 * same stream, in two halves,
 *
 * `r cos(2 pi u2)` and `r sin(2 pi u2)`, `r = sqrt(-2 ln(1 - u1))`.
 *
 * 23 bits of u leave none beyond 5.65. The native backend computes them in float32, the others in float64: equal to
 * rounding.
 *
 * Source: Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29 (1958).
 */
export function normal(shape: number[], stream: Stream, step: MaybeChanging): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  const half = Math.ceil(size / 2);
  const key = streamKey(stream);
  return tf.tidy(() => {
    const drawn = nativeUniform([2, half], key, step);
    if (drawn === null) return tf.tensor(normalValues(size, key, nowOf(step)), shape);
    const [u1, u2] = tf.unstack(drawn);
    const radius = tf.log(tf.sub(1, u1!)).mul(-2).sqrt();
    const angle = u2!.mul(2 * Math.PI);
    return tf
      .concat([radius.mul(tf.cos(angle)), radius.mul(tf.sin(angle))])
      .slice(0, size)
      .reshape(shape);
  });
}

/** The numbers themselves; `normal` puts them into a tensor. */
export function normalValues(size: number, key: number, step: number): Float32Array {
  const half = Math.ceil(size / 2);
  const drawn = uniformValues(2 * half, key, step);
  const values = new Float32Array(size);
  for (let i = 0; i < half; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - drawn[i]!));
    const angle = 2 * Math.PI * drawn[half + i]!;
    values[i] = radius * Math.cos(angle);
    if (half + i < size) values[half + i] = radius * Math.sin(angle);
  }
  return values;
}
