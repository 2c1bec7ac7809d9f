// The lines of layers are written by `npm run generate` from catalogue.json.
export { AnnealedDropout, type AnnealedDropoutArgs, annealedDropout } from '../layers/annealed-dropout.js';
export { CosineConv1D, type CosineConv1DArgs, cosineConv1d } from '../layers/cosine-conv1d.js';
export { CosineConv2D, type CosineConv2DArgs, cosineConv2d } from '../layers/cosine-conv2d.js';
export { CosineDense, type CosineDenseArgs, cosineDense } from '../layers/cosine-dense.js';
export {
  DropConnectDense,
  type DropConnectDenseArgs,
  dropConnectDense,
} from '../layers/drop-connect-dense.js';
export { Dropout, type DropoutArgs, dropout } from '../layers/dropout.js';
export {
  IterativeWhitening,
  type IterativeWhiteningArgs,
  iterativeWhitening,
} from '../layers/iterative-whitening.js';
export {
  LayerNormLSTMCell,
  type LayerNormLSTMCellArgs,
  layerNormLSTMCell,
} from '../layers/layer-norm-lstm-cell.js';
export {
  MeanOnlyBatchNorm,
  type MeanOnlyBatchNormArgs,
  meanOnlyBatchNorm,
} from '../layers/mean-only-batch-norm.js';
export { RReLU, type RReLUArgs, rrelu } from '../layers/rrelu.js';
export { StandoutDense, type StandoutDenseArgs, standoutDense } from '../layers/standout-dense.js';
export { UniformDropout, type UniformDropoutArgs, uniformDropout } from '../layers/uniform-dropout.js';
export { WeightNorm, type WeightNormArgs, weightNorm } from '../layers/weight-norm.js';
export { type DropoutSchedules, ScheduleDropout, scheduleDropout } from './callbacks/schedule-dropout.js';
export { ScheduleLearningRate, scheduleLearningRate } from './callbacks/schedule-learning-rate.js';
export type { SchedulingOptions } from './callbacks/scheduling.js';
export type { CustomLayer } from './inference/custom-layers.js';
export { type FoldedModel, fold } from './inference/fold.js';
export { type DataInitOptions, dataInit, type Initialized } from './initialization/data-init.js';
export { registerAll } from './register-all.js';
export {
  constant,
  cosine,
  exponential,
  linear,
  piecewise,
  polynomial,
  stepDecay,
} from './schedules/kinds.js';
export { annealed, early, late } from './schedules/presets.js';
export type { Schedule } from './schedules/schedule.js';
export { type Time, valueAt } from './schedules/value-at.js';
