import { DropConnectDense } from '../../../layers/drop-connect-dense.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/drop-connect-dense.js';

register(DropConnectDense);
