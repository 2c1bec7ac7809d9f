import * as tf from '@tensorflow/tfjs';

/**
 * Runs with a flag of tfjs's off. Without `env().set`, by which turning the flag for debugging on again would print its
 * warning again.
 */
export function withFlagOff<T>(flag: 'DEBUG' | 'IS_TEST', f: () => T): T {
  if (!tf.env().getBool(flag)) return f();
  const flags = tf.env().getFlags();
  flags[flag] = false;
  try {
    return f();
  } finally {
    flags[flag] = true;
  }
}
