import { WeightNorm } from '../../../layers/weight-norm.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/weight-norm.js';

register(WeightNorm);
