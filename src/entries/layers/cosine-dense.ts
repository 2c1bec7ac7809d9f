// Written by `npm run generate` from catalogue.json: not to be edited.
import { CosineDense } from '../../../layers/cosine-dense.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/cosine-dense.js';

register(CosineDense);
