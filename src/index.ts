export {
  AnnealedDropout,
  type AnnealedDropoutArgs,
  annealedDropout,
} from '../layers/annealed-dropout.js';
export { CosineDense, type CosineDenseArgs, cosineDense } from '../layers/cosine-dense.js';
export { StandoutDense, type StandoutDenseArgs, standoutDense } from '../layers/standout-dense.js';
export { WeightNorm, type WeightNormArgs, weightNorm } from '../layers/weight-norm.js';
export { type DataInitOptions, dataInit, type Initialized } from './initialization/data-init.js';
