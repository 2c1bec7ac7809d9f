import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { codeOf } from '../errors/caught.js';
import { CliError } from './errors.js';

/** Age in milliseconds at which the lock of a killed process counts no more. */
const STALE = 10_000;

/** Runs work while no other process works in this folder: two that made the same runs would write into each other's logs. */
export async function exclusively<T>(folder: string, work: () => Promise<T>): Promise<T> {
  let release: () => Promise<void>;
  try {
    // Losing the lock, after the machine slept, is told by the runs themselves: their folders are then another's.
    release = await lock(folder, {
      lockfilePath: join(folder, '.lock'),
      stale: STALE,
      onCompromised: () => {},
    });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ELOCKED') {
      throw new CliError(`cannot write to ${folder} (${code}); choose another folder with --out`);
    }
    throw new CliError(
      `another process is at work in ${folder}, or was killed less than ${STALE / 1000} seconds ago; wait for it`,
    );
  }
  try {
    return await work();
  } finally {
    await release().catch(() => {});
  }
}
