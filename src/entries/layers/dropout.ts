import { Dropout } from '../../../layers/dropout.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/dropout.js';

register(Dropout);
