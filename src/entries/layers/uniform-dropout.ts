import { UniformDropout } from '../../../layers/uniform-dropout.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/uniform-dropout.js';

register(UniformDropout);
