import * as tf from '@tensorflow/tfjs';

/** Puts `rate - 1` zeros between the entries along an axis: a size of n becomes `(n - 1) rate + 1`. */
export function dilate<T extends tf.Tensor>(t: T, axis: number, rate: number): T {
  if (rate === 1) return t;
  const size = t.shape[axis] ?? 0;
  const count = (sizes: number[]): number => sizes.reduce((product, n) => product * n, 1);
  const [before, after] = [count(t.shape.slice(0, axis)), count(t.shape.slice(axis + 1))];
  const gaps = tf.zeros([before * size, rate - 1, after]);
  const wide = [...t.shape];
  wide[axis] = size * rate;
  const exact = [...t.shape];
  exact[axis] = (size - 1) * rate + 1;
  const spaced = tf.concat([t.reshape([before * size, 1, after]), gaps], 1).reshape(wide);
  return tf.slice(
    spaced,
    wide.map(() => 0),
    exact,
  ) as T;
}
