// Written by `npm run generate` from catalogue.json: not to be edited.
import { RReLU } from '../../../layers/rrelu.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/rrelu.js';

register(RReLU);
