import type * as tf from '@tensorflow/tfjs';
import type { Algebra, Shaped } from './algebra.js';

/** A recurrent layer of tfjs, as far as its sequence is concerned. */
export interface Recurrent {
  cell: Cell;
  returnSequences: boolean;
  returnState: boolean;
  stateful: boolean;
  goBackwards: boolean;
}

export interface Cell {
  units: number;
  kernel: tf.LayerVariable;
  recurrentKernel: tf.LayerVariable;
  bias: tf.LayerVariable | null;
  activation: NamedActivation;
  recurrentActivation: NamedActivation;
  dropout: number;
  recurrentDropout: number;
}

interface NamedActivation {
  getClassName(): string;
}

export interface CallArgs {
  mask?: unknown;
  initialState?: unknown;
}

/** An activation with its slope by its own value. */
export interface Activation {
  of<T extends Shaped>(algebra: Algebra<T>, x: T): T;
  slope<T extends Shaped>(algebra: Algebra<T>, y: T): T;
}

const activations: Record<string, Activation> = {
  tanh: {
    of: ({ tanh }, x) => tanh(x),
    slope: ({ mul, oneMinus }, y) => oneMinus(mul(y, y)),
  },
  sigmoid: {
    of: ({ sigmoid }, x) => sigmoid(x),
    slope: ({ mul, sub }, y) => sub(y, mul(y, y)),
  },
  hardSigmoid: {
    of: ({ clip, scale, shift }, x) => clip(shift(scale(x, 0.2), 0.5), 0, 1),
    slope: ({ isPositive, mul, sub, scale }, y) => scale(isPositive(sub(y, mul(y, y))), 0.2),
  },
  relu: { of: ({ relu }, x) => relu(x), slope: ({ isPositive }, y) => isPositive(y) },
  linear: { of: (_, x) => x, slope: ({ zeros, shift }, y) => shift(zeros(y.shape), 1) },
};

/** Whether the layer is the one that TensorFlow's op for whole sequences computes. */
export const isStandard = ({ activation, recurrentActivation }: Cell): boolean =>
  activation.getClassName() === 'tanh' && recurrentActivation.getClassName() === 'sigmoid';

export const activationOf = (activation: NamedActivation): Activation | undefined =>
  activations[activation.getClassName()];

/** Whether a whole sequence can be computed at once: no mask, no state but zeros, no dropout, known activations. */
export function isPlain(layer: Recurrent, inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs | null): boolean {
  const { cell, stateful, returnState } = layer;
  const given = kwargs?.mask != null || kwargs?.initialState != null || stateful || returnState;
  const known = activationOf(cell.activation) && activationOf(cell.recurrentActivation);
  const single = !Array.isArray(inputs) || inputs.length === 1;
  return !given && known !== undefined && single && cell.dropout === 0 && cell.recurrentDropout === 0;
}

/** `[steps, batch, features]` with the steps and the examples as rows. */
export const rows = <T extends Shaped>({ reshape }: Algebra<T>, x: T): T =>
  reshape(x, [-1, x.shape[2] as number]);

/** What stood at the step before; zeros at the first. */
export function before<T extends Shaped>({ zeros, concat, slice }: Algebra<T>, x: T): T {
  const [steps, ...rest] = x.shape as [number, ...number[]];
  const first = zeros([1, ...rest]);
  return steps === 1 ? first : concat([first, slice(x, [0, 0, 0], [steps - 1, ...rest])], 0);
}
