import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/** Padding of more than four axes on the webgl backend, whose program for it does not compile: one axis at a time. */
export const pad: Acceleration = overrideOn('webgl', ['PadV2'], ({ x }, { paddings, constantValue }) => {
  if (x.rank < 5) return null;
  return tf.tidy(() =>
    paddings.reduce((t, padding, axis) => padAxis(t, axis, padding, constantValue), tf.clone(x)),
  );
});

function padAxis(t: tf.Tensor, axis: number, [left, right]: [number, number], value: number): tf.Tensor {
  if (left + right === 0) return t;
  const { shape } = t;
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const size = shape[axis]!;
  const flat = tf.reshape(t, [tf.util.sizeFromShape(before), size, tf.util.sizeFromShape(after)]);
  const padded = tf.pad(
    flat,
    [
      [0, 0],
      [left, right],
      [0, 0],
    ],
    value,
  );
  return padded.reshape([...before, left + size + right, ...after]);
}
