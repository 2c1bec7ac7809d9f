import { lock } from 'proper-lockfile';
import { codeOf } from '../errors/caught.js';

export interface LockOptions {
  /** Path whose `.lock` stands for the work; need not exist. */
  path: string;
  /** Age at which a lock is that of a dead process. */
  staleMs: number;
  /** Called once where another process holds the lock. */
  onWait: () => void;
}

const isHeld = (error: unknown) => codeOf(error) === 'ELOCKED';

/**
 * Runs `work` while no other process on this path does. A lock can be lost, to a process that took this one for dead
 * after the machine slept: then the work is aborted, and begun again once the lock is free.
 */
export async function underLock<T>(
  { path, staleMs, onWait }: LockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (;;) {
    const lost = new AbortController();
    const options = {
      realpath: false,
      stale: staleMs,
      update: staleMs / 5,
      onCompromised: () => lost.abort(),
    };
    const release = await lock(path, options).catch((error: unknown) => {
      if (!isHeld(error)) throw error;
      onWait();
      return lock(path, {
        ...options,
        retries: { forever: true, factor: 1, minTimeout: 250, maxTimeout: 500 },
      });
    });
    try {
      return await work(lost.signal);
    } catch (error) {
      if (!lost.signal.aborted) throw error;
    } finally {
      // Of a lost lock there is nothing to release.
      await release().catch(() => {});
    }
  }
}
