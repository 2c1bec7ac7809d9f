import * as tf from '@tensorflow/tfjs';

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
  of(x: tf.Tensor): tf.Tensor;
  slope(y: tf.Tensor): tf.Tensor;
}

const activations: Record<string, Activation> = {
  tanh: { of: tf.tanh, slope: (y) => tf.sub(1, tf.square(y)) },
  sigmoid: { of: tf.sigmoid, slope: (y) => tf.mul(y, tf.sub(1, y)) },
  hardSigmoid: {
    of: (x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
    slope: (y) => tf.mul(tf.cast(tf.greater(tf.mul(y, tf.sub(1, y)), 0), 'float32'), 0.2),
  },
  relu: { of: tf.relu, slope: (y) => tf.step(y) },
  linear: { of: (x) => x, slope: tf.onesLike },
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

/** `[batch, steps, features]` as `[steps, batch, features]`, and back. */
export const swapTime = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [1, 0, 2]);

/** `[steps, batch, features]` with the steps and the examples as rows. */
export const rows = (x: tf.Tensor): tf.Tensor2D => x.reshape([-1, x.shape[2] as number]) as tf.Tensor2D;

/**
 * Each step of `[steps, batch, features]`. By slices of rows: wasm's own op for it, and for a split, is fifty times as slow.
 */
export function stepsOf(x: tf.Tensor): tf.Tensor[] {
  const [steps, batch, features] = x.shape as [number, number, number];
  if (tf.getBackend() !== 'wasm') return tf.unstack(x);
  const flat = rows(x);
  return Array.from({ length: steps }, (_, t) => tf.slice(flat, [t * batch, 0], [batch, features]));
}

/** What stood at the step before; zeros at the first. */
export function before(x: tf.Tensor): tf.Tensor {
  const [steps, ...rest] = x.shape as [number, ...number[]];
  const zeros = tf.zeros([1, ...rest]);
  return steps === 1 ? zeros : tf.concat([zeros, tf.slice(x, 0, steps - 1)], 0);
}
