import type * as tfjs from '@tensorflow/tfjs';
import type { NativeBackend } from './native-backend.js';

/**
 * What is private in the backends of a tfjs that the caller has loaded: files that name no tfjs of their own, since the
 * user's may be another one than this package finds.
 */

/** The native backend, which must be the one in use. */
export const nativeBackendOf = (tf: typeof tfjs): NativeBackend => tf.backend() as unknown as NativeBackend;

/** The version of TensorFlow under the backend in use; undefined for another backend. */
export function tensorflowVersion(tf: typeof tfjs): string | undefined {
  const { binding } = tf.backend() as { binding?: { TF_Version?: string } };
  return binding?.TF_Version;
}

/** Marks that the cpu backend has greeted Node's users, which it does at its first tensor. */
export function skipGreeting(tf: typeof tfjs): void {
  const backend = tf.findBackend('cpu') as { firstUse?: boolean };
  backend.firstUse = false;
}
