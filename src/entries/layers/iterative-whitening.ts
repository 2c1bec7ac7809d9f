// Written by `npm run generate` from catalogue.json: not to be edited.
import { IterativeWhitening } from '../../../layers/iterative-whitening.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/iterative-whitening.js';

register(IterativeWhitening);
