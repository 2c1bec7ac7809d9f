import { RReLU } from '../../../layers/rrelu.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/rrelu.js';

register(RReLU);
