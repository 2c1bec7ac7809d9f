import type * as tf from '@tensorflow/tfjs';

/** The fields by which tfjs's layers compute, as its classes declare them and its types hide them. */

export interface NamedActivation {
  getClassName(): string;
}

/** The kernel of a dense layer, a weight or what is read from two. */
export interface Readable {
  read(): tf.Tensor2D;
}

export interface Dense {
  kernel: Readable;
  bias: tf.LayerVariable | null;
  activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor } | null;
  invokeCallHook(inputs: tf.Tensor | tf.Tensor[], kwargs: object): void;
}

export interface Dropout {
  name: string;
  rate: number;
  seed?: number | null;
  getNoiseShape(x: tf.Tensor): number[] | null;
  invokeCallHook(inputs: tf.Tensor | tf.Tensor[], kwargs: object): void;
}

export interface LayerNormalization {
  /** Each counted from the start, once the layer is built. */
  axis: number[];
  epsilon: number;
  gamma: tf.LayerVariable | null;
  beta: tf.LayerVariable | null;
}

/** A recurrent layer, as far as its sequence is concerned. */
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
