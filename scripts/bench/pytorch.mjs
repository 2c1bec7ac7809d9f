import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * PyTorch in a process of its own, in which it makes one training step at a time.
 *
 * @param python the program, which may or may not have PyTorch
 * @returns version, `step(net)` in milliseconds, and `end()`; null where it has not
 */
export async function startPyTorch(python) {
  const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
  const child = spawn(python, ['-B', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = new Promise((resolve) => child.once('error', () => resolve(null)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => (await lines.next()).value;
  const version = await Promise.race([read(), failed]);
  if (!version) return null;
  return {
    version,
    async step(net) {
      child.stdin.write(`${net}\n`);
      return Number(await read());
    },
    end: () => child.stdin.end(),
  };
}
