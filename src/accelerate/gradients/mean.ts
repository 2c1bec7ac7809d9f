import { replaceGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';
import { overReduced } from './reductions.js';

/**
 * The gradient of a mean in one pass, `dx = dy / n` broadcast over the axes, where tfjs multiplies by a tensor of ones and
 * divides all of it.
 */
export const mean: Acceleration = {
  apply: replaceGradient('Mean', ['x'], (dy, [x], attributes) => ({
    x: () => overReduced(dy, x, attributes, dy.size / x.size),
  })),
};
