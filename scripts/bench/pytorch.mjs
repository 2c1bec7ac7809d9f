import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * PyTorch in a process of its own, which makes a step at a time.
 *
 * @param python the program, which may or may not have PyTorch
 * @param precision what `torch.set_float32_matmul_precision` takes
 * @returns version, `timer(line)` of a line as pytorch.py reads it, `step(net)` in milliseconds, and `end()`; null where
 *   it has not
 */
export async function startPyTorch(python, precision = 'highest') {
  const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
  const child = spawn(python, ['-B', script, precision]);
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${text}`.trim().split('\n').at(-1);
  });
  child.stdin.on('error', () => {});
  const failed = new Promise((resolve) => child.once('error', () => resolve(null)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => (await lines.next()).value;
  const version = await Promise.race([read(), failed]);
  if (!version) return null;

  async function ask(line) {
    child.stdin.write(`${line}\n`);
    const answer = await read();
    if (!answer) throw new Error(`PyTorch stopped at "${line}": ${complaint}`);
    return answer.split(' ').map(Number);
  }
  return {
    version,
    step: async (net) => (await ask(`step ${net}`))[0],
    timer(line) {
      let accuracy;
      return {
        async step() {
          const [time, found] = await ask(line);
          accuracy = found;
          return time;
        },
        accuracy: () => accuracy,
      };
    },
    end: () => child.stdin.end(),
  };
}
