import * as tf from '@tensorflow/tfjs';

/** One step of training or of evaluation: losses and metrics of a batch. */
export type Step = (data: tf.Tensor[]) => tf.Tensor[];

/** What tfjs's models use to train and to evaluate. */
export interface CompiledModel {
  collectedTrainableWeights: { constraint?: unknown; val: tf.Variable; write(value: tf.Tensor): unknown }[];
  testFunction: Step;
  makeTrainFunction(): Step;
  /** Sets `testFunction`. */
  makeTestFunction(): void;
}

export const modelPrototype = (): CompiledModel => tf.LayersModel.prototype as unknown as CompiledModel;
