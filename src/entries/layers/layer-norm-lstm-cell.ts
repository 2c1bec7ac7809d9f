// Written by `npm run generate` from catalogue.json: not to be edited.
import { LayerNormLSTMCell } from '../../../layers/layer-norm-lstm-cell.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/layer-norm-lstm-cell.js';

register(LayerNormLSTMCell);
