import { builtin } from '../../tfjs/builtins.js';
import type { Acceleration } from '../acceleration.js';
import { drawing } from './dropout-masks.js';

/**
 * A new mask at each call for a layer with a seed, where tfjs repeats the first one forever. The masks are those of
 * seed, count of calls, and name, or of a layer without a name its place, as in evenkeel's own layers; count and place
 * begin again with the process.
 */
export const seededDropout: Acceleration = {
  repair: true,
  apply: (overrides) => overrides.method(builtin('Dropout').prototype, 'call', (call) => drawing(call, true)),
};
