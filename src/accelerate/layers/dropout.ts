import { builtin } from '../../tfjs/builtins.js';
import type { Acceleration } from '../acceleration.js';
import { drawing } from './dropout-masks.js';

/**
 * The masks of `tf.layers.dropout` from evenkeel's generator, where tfjs draws number by number in JavaScript and sends
 * them to the device. For layers without a seed, whose masks are arbitrary.
 */
export const dropout: Acceleration = {
  apply: (overrides) =>
    overrides.method(builtin('Dropout').prototype, 'call', (call) => drawing(call, false)),
};
