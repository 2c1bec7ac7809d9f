// Written by `npm run generate` from catalogue.json: not to be edited.
import { CosineConv2D } from '../../../layers/cosine-conv2d.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/cosine-conv2d.js';

register(CosineConv2D);
