import { UniformDropout } from '../../../layers/uniform-dropout.js';
import { register } from '../../layer/register.js';

export * from '../../../layers/uniform-dropout.js';

register(UniformDropout);
