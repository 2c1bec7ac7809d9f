import type * as tf from '@tensorflow/tfjs';
import { inherits, isBuiltin } from '../../tfjs/builtins.js';
import type { Cell, NamedActivation, Recurrent } from '../../tfjs/layer-fields.js';
import type { Algebra, Shaped } from '../algebra.js';

export interface CallArgs {
  mask?: unknown;
  initialState?: unknown;
}

/** An activation of `factor x + term`. */
export interface Activation {
  factor: number;
  term: number;
  of<T extends Shaped>(algebra: Algebra<T>, x: T): T;
  /** v times the derivative by x, computed from the activation's value y. */
  timesSlope<T extends Shaped>(algebra: Algebra<T>, v: T, y: T): T;
}

const plain = { factor: 1, term: 0 };

const activations: Record<string, Activation> = {
  tanh: {
    ...plain,
    of: ({ tanh }, x) => tanh(x),
    timesSlope: ({ tanhGradient }, v, y) => tanhGradient(v, y),
  },
  sigmoid: {
    ...plain,
    of: ({ sigmoid }, x) => sigmoid(x),
    timesSlope: ({ sigmoidGradient }, v, y) => sigmoidGradient(v, y),
  },
  hardSigmoid: {
    factor: 0.2,
    term: 0.5,
    of: ({ clip }, x) => clip(x, 0, 1),
    timesSlope: ({ clipGradient, scale }, v, y) => scale(clipGradient(v, y, 0, 1), 0.2),
  },
  relu: {
    ...plain,
    of: ({ relu }, x) => relu(x),
    timesSlope: ({ reluGradient }, v, y) => reluGradient(v, y),
  },
  linear: { ...plain, of: (_, x) => x, timesSlope: (_, v) => v },
};

/** The activation of x itself. */
export function activate<T extends Shaped>(algebra: Algebra<T>, { factor, term, of }: Activation, x: T): T {
  const scaled = factor === 1 ? x : algebra.scale(x, factor);
  return of(algebra, term === 0 ? scaled : algebra.shift(scaled, term));
}

/**
 * The kernels and the bias with the factors and terms of activations in them, once for all steps; of each kernel a part of
 * the columns belongs to each activation.
 */
export function folded<T extends Shaped>(
  algebra: Algebra<T>,
  parts: Activation[],
  [w, u, b]: T[],
): [w: T, u: T, b?: T] {
  const given = [w, u, ...(b ? [b] : [])] as [T, T, T?];
  if (parts.every(({ factor, term }) => factor === 1 && term === 0)) return given;
  const { concat, filled, mul, add } = algebra;
  const units = u!.shape[1]! / parts.length;
  const row = (key: 'factor' | 'term') =>
    concat(
      parts.map((part) => filled(units, part[key])),
      0,
    );
  const [factors, terms] = [row('factor'), row('term')];
  return [mul(w!, factors), mul(u!, factors), b ? add(mul(b, factors), terms) : terms];
}

/** Whether the layer is the one that TensorFlow's op for whole sequences computes. */
export const isStandard = ({ activation, recurrentActivation }: Cell): boolean =>
  activation.getClassName() === 'tanh' && recurrentActivation.getClassName() === 'sigmoid';

export function activationOf(activation: NamedActivation): Activation | undefined {
  const name = activation.getClassName();
  return isBuiltin(activation, name, 'apply') ? activations[name] : undefined;
}

/** Whether layer and cell compute as those of tfjs: a user may have put a cell of their own, or their own first state, there. */
function isOwn(layer: Recurrent, className: string): boolean {
  const cellName = `${className}Cell`;
  return inherits(layer, className, 'getInitialState') && inherits(layer.cell, cellName, 'call');
}

/** Whether a whole sequence can be computed at once: no mask, no state but zeros, no dropout, known activations, float32. */
export function isPlain(
  layer: Recurrent,
  className: string,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: CallArgs | null,
): boolean {
  if (!isOwn(layer, className)) return false;
  const { cell, stateful, returnState } = layer;
  const given = kwargs?.mask != null || kwargs?.initialState != null || stateful || returnState;
  const known = activationOf(cell.activation) && activationOf(cell.recurrentActivation);
  const [x, ...states] = Array.isArray(inputs) ? inputs : [inputs];
  const single = states.length === 0 && x?.dtype === 'float32';
  return !given && known !== undefined && single && cell.dropout === 0 && cell.recurrentDropout === 0;
}

/** `[steps, batch, features]` with the steps and the examples as rows. */
export const rows = <T extends Shaped>({ reshape }: Algebra<T>, x: T): T => reshape(x, [-1, x.shape[2]!]);

/** What stood at the step before; zeros at the first. */
export function before<T extends Shaped>({ zeros, concat, slice }: Algebra<T>, x: T): T {
  const [steps, ...rest] = x.shape as [number, ...number[]];
  const first = zeros([1, ...rest]);
  return steps === 1 ? first : concat([first, slice(x, [0, 0, 0], [steps - 1, ...rest])], 0);
}
