import { StandoutDense } from '../../../layers/standout-dense.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/standout-dense.js';

register(StandoutDense);
