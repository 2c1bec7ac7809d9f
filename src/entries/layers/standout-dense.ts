import { StandoutDense } from '../../../layers/standout-dense.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/standout-dense.js';

register(StandoutDense);
