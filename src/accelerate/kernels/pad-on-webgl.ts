import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

interface Attributes {
  paddings: [number, number][];
  constantValue: number;
}

/** Padding of more than four axes on the webgl backend, whose program for it does not compile: one axis at a time. */
export const padOnWebgl: Acceleration = {
  apply(overrides) {
    const before = tf.getKernel('PadV2', 'webgl');
    if (!before) return;
    overrides.kernel({
      ...before,
      kernelFunc: (call) => {
        const x = call.inputs.x as tf.Tensor;
        const { paddings, constantValue } = call.attrs as unknown as Attributes;
        if (x.rank < 5) return before.kernelFunc(call);
        return tf.tidy(() =>
          paddings.reduce((t, padding, axis) => padAxis(t, axis, padding, constantValue), tf.clone(x)),
        );
      },
    });
  },
};

function padAxis(t: tf.Tensor, axis: number, [left, right]: [number, number], value: number): tf.Tensor {
  if (left + right === 0) return t;
  const { shape } = t;
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const size = shape[axis] as number;
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
