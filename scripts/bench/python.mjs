import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * A script of this folder that answers lines, as answers.py does, in a process of its own.
 *
 * @param python the program, which may or may not have what the script imports
 * @returns version, `ask(line)` which resolves to the numbers of the answer, and `end()`; where it does not start, only
 *   `problem`
 */
export async function startPython(python, script, args = []) {
  const child = spawn(python, ['-B', fileURLToPath(new URL(script, import.meta.url)), ...args], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-20_000);
  });
  child.stdin.on('error', () => {});
  child.once('error', ({ message }) => {
    said = message;
  });
  const closed = once(child, 'close').catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function read() {
    const { value } = await lines.next();
    if (value !== undefined) return value;
    // What it said last may come after its output has ended; a process that it left behind may keep it open.
    await Promise.race([closed, setTimeout(1000)]);
    throw new Error(complaintIn(said));
  }

  let version;
  try {
    version = await read();
  } catch ({ message }) {
    return { problem: message };
  }
  return {
    version,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return (await read()).split(' ').map(Number);
    },
    end: () => child.kill(),
  };
}

/** The exception that ended it, without the advice that may follow. */
function complaintIn(said) {
  const lines = said.trim().split('\n');
  return lines.findLast((line) => /^[\w.]*(Error|Exception|Exit|Failed)\b/.test(line)) ?? lines.at(-1);
}
