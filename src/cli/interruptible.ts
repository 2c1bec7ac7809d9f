import { Interruption } from './errors.js';

/**
 * Runs work that stops at a signal: the first Ctrl-C or kill asks it to end between two steps, the second ends the
 * process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (code: 130 | 143) => () => {
    if (controller.signal.aborted) {
      process.stderr.write('\nevenkeel: stopped at once; finished runs are kept\n');
      process.exit(code);
    }
    controller.abort(new Interruption(code));
  };
  const [onInterrupt, onTerminate] = [stop(130), stop(143)];
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  }
}
