import { WeightNorm } from '../../../layers/weight-norm.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/weight-norm.js';

register(WeightNorm);
