// Written by `npm run generate` from catalogue.json: not to be edited.
import { Dropout } from '../../../layers/dropout.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/dropout.js';

register(Dropout);
