// Written by `npm run generate` from catalogue.json: not to be edited.
import { StandoutDense } from '../../../layers/standout-dense.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/standout-dense.js';

register(StandoutDense);
