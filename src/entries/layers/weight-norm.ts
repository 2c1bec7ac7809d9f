// Written by `npm run generate` from catalogue.json: not to be edited.
import { WeightNorm } from '../../../layers/weight-norm.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/weight-norm.js';

register(WeightNorm);
