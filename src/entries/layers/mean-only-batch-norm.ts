import { MeanOnlyBatchNorm } from '../../../layers/mean-only-batch-norm.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/mean-only-batch-norm.js';

register(MeanOnlyBatchNorm);
