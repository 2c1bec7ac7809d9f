import { AnnealedDropout } from '../../../layers/annealed-dropout.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/annealed-dropout.js';

register(AnnealedDropout);
