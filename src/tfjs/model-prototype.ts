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
  /** Predicts in batches; one output comes alone, several in a list. */
  predictLoop(
    inputs: tf.Tensor | tf.Tensor[],
    batchSize?: number,
    verbose?: boolean,
  ): tf.Tensor | tf.Tensor[];
  dispose(): unknown;
}

export const modelPrototype = (): CompiledModel => tf.LayersModel.prototype as unknown as CompiledModel;

/** The model that trains: inside a sequential one, another. */
export function trainingModel(model: tf.LayersModel): tf.LayersModel {
  const { model: inner } = model as unknown as { model?: unknown };
  return inner instanceof tf.LayersModel ? inner : model;
}

/** The optimizer that a model was compiled with; null before. */
export const optimizerOf = (model: tf.LayersModel): tf.Optimizer | null =>
  (model as unknown as { optimizer_?: tf.Optimizer }).optimizer_ ?? null;

/** What a method of the prototype gets as `this`, as a model. */
export const asModel = (compiled: CompiledModel): tf.LayersModel => compiled as unknown as tf.LayersModel;
