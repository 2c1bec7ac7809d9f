// Written by `npm run generate` from catalogue.json: not to be edited.
import { DropConnectDense } from '../../../layers/drop-connect-dense.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/drop-connect-dense.js';

register(DropConnectDense);
