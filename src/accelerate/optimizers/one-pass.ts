import * as tf from '@tensorflow/tfjs';
import type { VariableGradients } from '../../tfjs/optimizers.js';
import { floatsOf, wasmBackend } from '../../tfjs/wasm-backend.js';
import { areAlike } from './updates.js';

type ArraysOf<Tensors extends tf.Tensor[]> = { [i in keyof Tensors]: Float32Array };

/** Whether JavaScript can read the values of variables and gradients where they are, and they match. */
export const isInReach = (gradients: VariableGradients): boolean =>
  ['cpu', 'wasm'].includes(tf.getBackend()) && areAlike(gradients);

/**
 * Whether one pass in JavaScript is faster than tfjs's ops, which make several: always on the cpu
 * backend, and on wasm, whose ops do four numbers at once, up to a size.
 */
export const isFaster = ({ size }: tf.Tensor, largest: number): boolean =>
  tf.getBackend() === 'cpu' || size <= largest;

/**
 * Gives variables the values that one pass over theirs and those of other tensors computes.
 *
 * The new values are in a tensor of their own: somebody may hold a clone of the variable, and tfjs's wasm backend keeps a
 * matrix as its product needs it under the identity of its tensor, where it would not see that the values changed.
 *
 * @param pass gets the values of the variables and the others, and arrays for the new values of the variables
 */
export function updateInOnePass<Variables extends tf.Variable[], Others extends tf.Tensor[]>(
  variables: [...Variables],
  others: [...Others],
  pass: (values: ArraysOf<[...Variables, ...Others]>, results: ArraysOf<Variables>) => void,
): void {
  for (const { shape } of [...variables, ...others]) {
    tf.util.assertShapesMatch(shape, variables[0]!.shape, 'An update of a variable: ');
  }
  const results = variables.map(({ size }) => new Float32Array(size));
  const values = valuesOf([...variables, ...others]);
  pass(values as ArraysOf<[...Variables, ...Others]>, results as ArraysOf<Variables>);
  for (const [i, variable] of variables.entries()) {
    const value = tf.tensor(results[i]!, variable.shape);
    variable.assign(value);
    value.dispose();
  }
}

function valuesOf(tensors: tf.Tensor[]): Float32Array[] {
  const backend = wasmBackend();
  return backend ? floatsOf(backend, ...tensors) : tensors.map((t) => t.dataSync<'float32'>());
}
