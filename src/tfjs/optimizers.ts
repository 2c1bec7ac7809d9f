import * as tf from '@tensorflow/tfjs';

/** What an optimizer gets: the gradients by the names of their variables, or in a list with them. */
export type VariableGradients =
  | Record<string, tf.Tensor | null>
  | { name: string; tensor: tf.Tensor | null }[];

/** What an optimizer keeps for a variable, as tfjs stores it. */
export interface Slot {
  originalName: string;
  variable: tf.Variable;
}

/** What tfjs's optimizers have in common. */
interface Optimizer {
  applyGradients(gradients: VariableGradients): void;
  incrementIterations(): void;
}

export interface Sgd extends Optimizer {
  /** The learning rate, negative, as a tensor. */
  c: tf.Scalar;
}

export interface Momentum extends Sgd {
  /** The momentum as a tensor. */
  m: tf.Scalar;
  useNesterov: boolean;
  /** None before the first step. */
  accumulations: (Slot | undefined)[];
}

export interface Adam extends Optimizer {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: tf.Variable<tf.Rank.R0>;
  accBeta2: tf.Variable<tf.Rank.R0>;
  /** None before the first step. */
  accumulatedFirstMoment: (Slot | undefined)[];
  accumulatedSecondMoment: (Slot | undefined)[];
}

export interface RMSProp extends Optimizer {
  learningRate: number;
  decay: number;
  momentum: number;
  epsilon: number;
  centered: boolean;
  accumulatedMeanSquares: Slot[];
  accumulatedMoments: Slot[];
  accumulatedMeanGrads: Slot[];
}

/** The classes of tfjs's optimizers with the fields that it keeps to itself. */
export const sgdPrototype = (): Sgd => tf.SGDOptimizer.prototype as unknown as Sgd;
export const momentumPrototype = (): Momentum => tf.MomentumOptimizer.prototype as unknown as Momentum;
export const adamPrototype = (): Adam => tf.AdamOptimizer.prototype as unknown as Adam;
export const rmspropPrototype = (): RMSProp => tf.RMSPropOptimizer.prototype as unknown as RMSProp;

/** Counts a step, as the optimizer itself does at the end of one. */
export const countStep = (optimizer: tf.Optimizer): void =>
  (optimizer as unknown as Optimizer).incrementIterations();
