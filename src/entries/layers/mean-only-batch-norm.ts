// Written by `npm run generate` from catalogue.json: not to be edited.
import { MeanOnlyBatchNorm } from '../../../layers/mean-only-batch-norm.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/mean-only-batch-norm.js';

register(MeanOnlyBatchNorm);
