import * as tf from '@tensorflow/tfjs';

/** The smallest normal number of float16, rounded up: below it a webgl device without float32 flushes to zero. */
const SMALLEST_FLOAT16 = 1e-4;

/**
 * The constant added to a sum of squares inside the square root, so that the norm of a zero vector is small, not zero,
 * and its gradient is finite. On a device that computes in float16 it is never below what that format can hold.
 */
export function normGuard(epsilon: number): number {
  return computesInFloat16() ? Math.max(epsilon, SMALLEST_FLOAT16) : epsilon;
}

/** The webgl backend's own `floatPrecision()` says 16 where it renders float32, and 32 where it does not. */
function computesInFloat16(): boolean {
  if (tf.getBackend() === 'webgl') return !tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
  return tf.backend().floatPrecision() === 16;
}
