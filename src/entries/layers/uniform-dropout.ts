// Written by `npm run generate` from catalogue.json: not to be edited.
import { UniformDropout } from '../../../layers/uniform-dropout.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/uniform-dropout.js';

register(UniformDropout);
