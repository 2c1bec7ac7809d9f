/** The data of a run: what is written to its folder and what a report is drawn from. */

/** Everything that decides the numbers of a run, as in config.json. */
export interface RunConfig {
  recipe: string;
  seed: number;
  epochs: number;
  batchSize: number;
  learningRate: number;
  /** Units of each hidden layer. */
  hidden: number[];
  /** Training examples that are used; of them, `holdOut` are kept aside. */
  examples: number;
  /** Examples kept aside from training and evaluated after each epoch; 0: the test set takes their place. */
  holdOut: number;
  /** Name of the folder that the data came from; absent for MNIST's own. */
  data?: string;
}

/** What a run was trained on, for a reader. */
export const dataName = ({ data }: RunConfig): string => data ?? 'MNIST';

/** Where a run was made. */
export interface RunEnvironment {
  backend: string;
  /** Whether tfjs's own layers and optimizers were accelerated. */
  accelerated?: boolean;
  /** Whether steps ran as graphs of TensorFlow's where they could; goes with acceleration. */
  compiled?: boolean;
  /** What products were computed in; absent from runs of before there was a choice. */
  precision?: 'float32' | 'bfloat16';
  evenkeel: string;
  tfjs: string;
  /** TensorFlow's version on the native backend. */
  tensorflow?: string;
  node: string;
  platform: string;
  processor: string;
}

/** State of a model on one fixed batch, in inference mode, by layer name in order of depth. */
export interface Diagnostics {
  /** Fraction of a hidden layer's outputs that are exactly zero. */
  activationSparsity: Record<string, number>;
  /** Euclidean norm of the loss gradient with respect to a layer's trainable weights, together. */
  gradientNorm: Record<string, number>;
}

/** Means over the steps since the last record, and the state of the model at its end. */
export interface StepRecord extends Diagnostics {
  kind: 'steps';
  /** Training steps that have been made. */
  step: number;
  /** Epochs that have been made, with the fraction. */
  epoch: number;
  loss: number;
  accuracy: number;
  /** The probability with which each layer that has one dropped at this step. Absent from older runs. */
  dropRate?: Record<string, number>;
}

export interface EpochRecord {
  kind: 'epoch';
  step: number;
  epoch: number;
  /** Means over the epoch's batches, while the weights change. */
  loss: number;
  accuracy: number;
  /** On the hold-out set, or on the test set where there is none, after the epoch. */
  evaluationLoss: number;
  evaluationAccuracy: number;
  /** Median time of a training step; batches and diagnostics are not part of it. */
  millisecondsPerStep: number;
  /** From the epoch's start to its end. */
  seconds: number;
}

/** One line of log.jsonl. */
export type LogRecord = StepRecord | EpochRecord;

/** result.json: written last, so that its presence says that a run is finished. */
export interface RunResult {
  testLoss: number;
  /** Between 0 and 1. */
  testAccuracy: number;
  parameters: number;
  millisecondsPerStep: number;
  seconds: number;
}

/** A finished run, read back from its folder. */
export interface FinishedRun {
  config: RunConfig;
  environment: RunEnvironment;
  log: LogRecord[];
  result: RunResult;
}

/** One row of the table of `compare`: a recipe over its seeds. */
export interface ComparisonRow {
  recipe: string;
  learningRate: number;
  data: string;
  seeds: number;
  /** Mean over seeds, between 0 and 1. */
  testAccuracy: number;
  /** Sample standard deviation over seeds (n - 1); 0 for one seed. */
  testAccuracyDeviation: number;
  testLoss: number;
  millisecondsPerStep: number;
  parameters: number;
  /** Of the first seed. */
  environment: RunEnvironment;
}
