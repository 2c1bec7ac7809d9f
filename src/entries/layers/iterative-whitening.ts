import { IterativeWhitening } from '../../../layers/iterative-whitening.js';
import { register } from '../../arguments/register.js';

export * from '../../../layers/iterative-whitening.js';

register(IterativeWhitening);
