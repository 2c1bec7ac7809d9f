import * as tf from '@tensorflow/tfjs';
import { replaceListGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';
import { parseEquation, withoutLonely } from '../kernels/einsum.js';

/** A gradient for `tf.einsum`, which has none. */
export const einsum: Acceleration = {
  needed: () => tf.getGradient('Einsum') === undefined,
  apply: replaceListGradient('Einsum', (dy, inputs, { equation }) =>
    inputs.map((_, i) => () => gradientBy(i, dy, inputs, equation)),
  ),
};

/**
 * The gradient by one input is the einsum of dy and the other inputs, with the letters of that input. A letter of this input
 * alone was summed over: along that axis the gradient is constant.
 */
function gradientBy(i: number, dy: tf.Tensor, inputs: tf.Tensor[], equation: string): tf.Tensor {
  const { terms, right } = parseEquation(equation, inputs);
  const { letters: own, x } = terms[i]!;
  const factors = [{ letters: right, x: dy }, ...terms.filter((_, j) => j !== i)];
  const lettersOf = (of: typeof factors) => of.map(({ letters }) => letters).join('');
  const kept = [...own].filter((letter) => lettersOf(factors).includes(letter)).join('');
  // Some kernels of tfjs are wrong for a letter of one tensor alone.
  const summed = factors.map((factor) =>
    withoutLonely(factor, own + lettersOf(factors.filter((other) => other !== factor))),
  );
  const equationOfGradient = `${summed.map(({ letters }) => letters).join(',')}->${kept}`;
  const y = tf.einsum(equationOfGradient, ...summed.map(({ x }) => x));
  const along = x.shape.map((size, axis) => (kept.includes(own.charAt(axis)) ? size : 1));
  return tf.broadcastTo(y.reshape(along), x.shape);
}
