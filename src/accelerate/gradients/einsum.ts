import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { withoutLonely } from '../kernels/einsum.js';

/** A gradient for `tf.einsum`, which has none. */
export const einsum: Acceleration = {
  needed: () => tf.getGradient('Einsum') === undefined,
  apply(overrides) {
    overrides.gradient({
      kernelName: 'Einsum',
      saveAllInputs: true,
      gradFunc: (dy, saved, attributes) => {
        const { equation } = attributes as unknown as { equation: string };
        const functions = saved.map((_, i) => () => gradientBy(i, dy as tf.Tensor, saved, equation));
        return Object.fromEntries(functions.entries());
      },
    });
  },
};

/**
 * The gradient by one input is the einsum of dy with the others, to the letters of that input. A letter that stands in
 * this input alone was summed over: along it the gradient is constant.
 */
function gradientBy(i: number, dy: tf.Tensor, inputs: tf.Tensor[], equation: string): tf.Tensor {
  const [left, right] = equation.replace(/\s/g, '').split('->') as [string, string];
  const terms = left.split(',');
  const own = terms[i] as string;
  const others = terms.filter((_, j) => j !== i);
  const kept = [...own].filter((letter) => [right, ...others].join('').includes(letter)).join('');
  const factors = [right, ...others].map((letters, j, all) => {
    const elsewhere = [own, ...all.filter((_, k) => k !== j)].join('');
    const x = [dy, ...inputs.filter((_, k) => k !== i)][j] as tf.Tensor;
    // Which some kernels of tfjs get wrong.
    return withoutLonely({ letters, x }, elsewhere);
  });
  const equationOfGradient = `${factors.map(({ letters }) => letters).join(',')}->${kept}`;
  const y = tf.einsum(equationOfGradient, ...factors.map(({ x }) => x));
  const { shape } = inputs[i] as tf.Tensor;
  const along = shape.map((size, axis) => (kept.includes(own[axis] as string) ? size : 1));
  return tf.broadcastTo(y.reshape(along), shape);
}
