export {
  type AllCloseMatchers,
  type Difference,
  difference,
  type TensorLike,
  type Tolerance,
  toBeAllClose,
} from './close.js';
export { type ContractOptions, layerContract } from './contract.js';
export { checkGradient, type GradientCheck } from './gradient.js';
export { checkLeaks } from './leaks.js';
