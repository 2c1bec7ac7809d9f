import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli/evenkeel.js', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Options {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Called with all of stdout so far, to send a signal at the right moment. */
  onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built command line as its users do: a process of its own. */
export function evenkeel(args: readonly string[], { cwd, env, onOutput }: Options = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ended.stdout += chunk;
    onOutput?.(ended.stdout, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk) => {
    ended.stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ended, code })));
}
