// Written by `npm run generate` from catalogue.json: not to be edited.
import { CosineConv1D } from '../../../layers/cosine-conv1d.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/cosine-conv1d.js';

register(CosineConv1D);
