import * as tf from '@tensorflow/tfjs';
import { clearPadding } from '../../ops/padding.js';
import type { Acceleration } from '../acceleration.js';
import { addOn, overrideOn } from './on-backends.js';

const isFloat = (tensors: tf.Tensor[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

/**
 * `tf.einsum` as one product of matrices on the cpu and webgl backends, where tfjs multiplies out all letters at once, and
 * gives a wrong shape, or throws, where letters that are summed over are in one tensor alone: `i,jk->ij`.
 */
const einsumOn = (backend: 'cpu' | 'webgl'): Acceleration =>
  overrideOn(backend, ['Einsum'], (inputs, { equation }) => {
    const tensors = Object.values(inputs);
    return isFloat(tensors) ? contract(equation, tensors) : null;
  });

export const einsum = {
  cpu: einsumOn('cpu'),
  webgl: einsumOn('webgl'),
  /** tfjs has none for wasm. */
  wasm: addOn('wasm', 'Einsum', (inputs, { equation }) => {
    const tensors = Object.values(inputs);
    if (isFloat(tensors)) return contract(equation, tensors);
    return tf.tidy(() => {
      const floats = tensors.map((t) => tf.cast(t, 'float32'));
      return tf.cast(contract(equation, floats), 'int32');
    });
  }),
};

/** A tensor and the letters of its axes. */
export interface Term {
  letters: string;
  x: tf.Tensor;
}

/** The terms on the left of an equation, and the letters on its right. */
export function parseEquation(equation: string, tensors: tf.Tensor[]): { terms: Term[]; right: string } {
  const [left = '', right = ''] = equation.replace(/\s/g, '').split('->');
  const letters = left.split(',');
  return { terms: tensors.map((x, i) => ({ letters: letters[i]!, x })), right };
}

/**
 * Letters of both tensors are the batch of the product if the result has them, else its inner axis; the other letters are its
 * rows and columns.
 */
function contract(equation: string, tensors: tf.Tensor[]): tf.Tensor {
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors);
  const { terms, right } = parseEquation(equation, tensors);
  return tf.tidy(() => {
    const [a, b] = terms.map((term) => {
      const others = terms.filter((other) => other !== term).map(({ letters }) => letters);
      return withoutLonely(term, [right, ...others].join(''));
    });
    return ordered(b ? product(a!, b, right) : a!, right);
  });
}

/** The term summed over its letters that are not elsewhere. */
export function withoutLonely({ letters, x }: Term, elsewhere: string): Term {
  const lonely = [...letters].flatMap((letter, axis) => (elsewhere.includes(letter) ? [] : [axis]));
  const kept = [...letters].filter((letter) => elsewhere.includes(letter)).join('');
  return { letters: kept, x: lonely.length > 0 ? tf.sum(x, lonely) : x };
}

function product(a: Term, b: Term, right: string): Term {
  const select = (letters: string, condition: (letter: string) => boolean) =>
    [...letters].filter(condition).join('');
  const batch = select(a.letters, (letter) => b.letters.includes(letter) && right.includes(letter));
  const inner = select(a.letters, (letter) => b.letters.includes(letter) && !right.includes(letter));
  const rows = select(a.letters, (letter) => !b.letters.includes(letter));
  const columns = select(b.letters, (letter) => !a.letters.includes(letter));
  const sizes = Object.fromEntries(
    [a, b].flatMap(({ letters, x }) => [...letters].map((letter, axis) => [letter, x.shape[axis]!])),
  );
  const shapeOf = (letters: string) => [...letters].map((letter) => sizes[letter]!);
  const matrix = (term: Term, ...groups: string[]) =>
    ordered(term, groups.join('')).reshape(groups.map((letters) => tf.util.sizeFromShape(shapeOf(letters))));
  const [left, other] = [matrix(a, batch, rows, inner), matrix(b, batch, inner, columns)];
  const y = tf.matMul(clearPadding(left), clearPadding(other));
  const letters = `${batch}${rows}${columns}`;
  return { letters, x: y.reshape(shapeOf(letters)) };
}

function ordered({ letters, x }: Term, order: string): tf.Tensor {
  if (letters === order) return x.clone();
  return tf.transpose(
    x,
    [...order].map((letter) => letters.indexOf(letter)),
  );
}
