import * as tf from '@tensorflow/tfjs';
import { clearPadding } from '../../ops/padding.js';
import type { Acceleration } from '../acceleration.js';
import { missingOnWasm } from './wasm/wasm-kernel.js';

/**
 * `tf.einsum` as one product of matrices on the cpu and webgl backends, where tfjs multiplies out all letters at once, and
 * gives a wrong shape, or throws, where letters that are summed over stand in one tensor alone: `i,jk->ij`.
 */
export const einsumKernel: Acceleration = {
  apply(overrides) {
    for (const backend of ['cpu', 'webgl']) {
      const before = tf.getKernel('Einsum', backend);
      if (!before) continue;
      overrides.kernel({
        ...before,
        kernelFunc: (args) => {
          const tensors = Object.values(args.inputs) as tf.Tensor[];
          const { equation } = args.attrs as { equation: string };
          return isFloat(tensors) ? contract(equation, tensors) : before.kernelFunc(args);
        },
      });
    }
  },
};

/** `tf.einsum` on the wasm backend, which has none. */
export const einsumOnWasm: Acceleration = missingOnWasm<Record<string, tf.Tensor>, { equation: string }>(
  'Einsum',
  (inputs, { equation }) => {
    const tensors = Object.values(inputs);
    if (isFloat(tensors)) return contract(equation, tensors);
    return tf.tidy(() =>
      tf.cast(
        contract(
          equation,
          tensors.map((t) => tf.cast(t, 'float32')),
        ),
        'int32',
      ),
    );
  },
);

const isFloat = (tensors: tf.Tensor[]): boolean => tensors.every(({ dtype }) => dtype === 'float32');

/** A tensor and the letters of its axes. */
export interface Term {
  letters: string;
  x: tf.Tensor;
}

/**
 * Letters of both tensors that are kept are the batch of the product, those of both that are not its inner axis, the others
 * its rows and columns.
 */
function contract(equation: string, tensors: tf.Tensor[]): tf.Tensor {
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors);
  const [left, right] = equation.replace(/\s/g, '').split('->') as [string, string];
  const terms = left.split(',').map((letters, i) => ({ letters, x: tensors[i] as tf.Tensor }));
  return tf.tidy(() => {
    const [a, b] = terms.map((term, i) => {
      const others = terms.filter((_, j) => j !== i).map(({ letters }) => letters);
      return withoutLonely(term, [right, ...others].join(''));
    }) as [Term, Term?];
    return ordered(b ? product(a, b, right) : a, right);
  });
}

/** The term summed over the letters that stand nowhere else. */
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
    [a, b].flatMap(({ letters, x }) => [...letters].map((letter, axis) => [letter, x.shape[axis] as number])),
  );
  const shapeOf = (letters: string) => [...letters].map((letter) => sizes[letter] as number);
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
