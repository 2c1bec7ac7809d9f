import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * PyTorch in a process of its own, by the program in PYTHON, which makes a step at a time.
 *
 * @returns version, `timer(line)` of a line as pytorch.py reads it, and `end()`; null, and says so, where it is missing
 */
export async function startPyTorch() {
  const python = process.env.PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
  const child = spawn(python, ['-B', script]);
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${text}`.trim().split('\n').at(-1);
  });
  child.stdin.on('error', () => {});
  const failed = new Promise((resolve) => child.once('error', () => resolve(null)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => (await lines.next()).value;
  const version = await Promise.race([read(), failed]);
  if (!version) {
    console.error(`PyTorch left out: ${python} has none; name one that has it in PYTHON`);
    return null;
  }
  return {
    version,
    timer(line) {
      let accuracy;
      return {
        async step() {
          child.stdin.write(`${line}\n`);
          const answer = await read();
          if (!answer) throw new Error(`PyTorch stopped at "${line}": ${complaint}`);
          const [time, found] = answer.split(' ').map(Number);
          accuracy = found;
          return time;
        },
        accuracy: () => accuracy,
      };
    },
    end: () => child.stdin.end(),
  };
}
