// Written by `npm run generate` from catalogue.json: not to be edited.
import { AnnealedDropout } from '../../../layers/annealed-dropout.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/annealed-dropout.js';

register(AnnealedDropout);
