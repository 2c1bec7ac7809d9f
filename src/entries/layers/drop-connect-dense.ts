import { DropConnectDense } from '../../../layers/drop-connect-dense.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/drop-connect-dense.js';

register(DropConnectDense);
