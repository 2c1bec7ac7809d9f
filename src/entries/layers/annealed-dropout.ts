import { AnnealedDropout } from '../../../layers/annealed-dropout.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/annealed-dropout.js';

register(AnnealedDropout);
