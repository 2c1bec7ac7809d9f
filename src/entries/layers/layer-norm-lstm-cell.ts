import { LayerNormLSTMCell } from '../../../layers/layer-norm-lstm-cell.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/layer-norm-lstm-cell.js';

register(LayerNormLSTMCell);
