import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import type { AccelerateOptions } from '../../src/accelerate/index.js';

/** Whether sequences of a recurrent layer are left to tfjs, so that there is nothing to compare. */
export const leavesSequences = (): boolean => tf.getBackend() === 'webgl';

export const LEFT = 'sequences of recurrent layers are left to tfjs on webgl';

/** EVENKEEL_COMPILE has every step that is accelerated here compiled too, on the native backend. */
const compile = typeof process !== 'undefined' && process.env?.EVENKEEL_COMPILE !== undefined;

/** Runs with accelerations on, and undoes them whatever happens. */
export function accelerated<T>(f: () => T, options?: AccelerateOptions): T {
  accelerate(compile ? { ...options, compile: true } : options);
  try {
    const result = f();
    if (result instanceof Promise) return result.finally(() => accelerate.restore()) as T;
    accelerate.restore();
    return result;
  } catch (error) {
    accelerate.restore();
    throw error;
  }
}
