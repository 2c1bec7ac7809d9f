import { replaceGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';
import { overReduced } from './reductions.js';

/** The gradient of a sum in one pass, `dx = dy` broadcast over the axes, where tfjs multiplies by a tensor of ones. */
export const sum: Acceleration = {
  apply: replaceGradient('Sum', ['x'], (dy, [x], attributes) => ({
    x: () => overReduced(dy, x, attributes),
  })),
};
