import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readRun } from '../../src/runs/run-folder.js';

const program = fileURLToPath(new URL('../../dist/src/cli/evenkeel.js', import.meta.url));
const quick = '--examples 256 --batch-size 64 --hidden 8 --epochs 2 --backend cpu --out runs'.split(' ');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  folder: string;
}

/** Runs the command line with these as its standard output and error; `closing` of them are closed after a first line. */
async function run(
  args: string[],
  outputs: ('pipe' | number)[],
  closing: ('stdout' | 'stderr')[],
): Promise<Ended> {
  const cwd = mkdtempSync(join(tmpdir(), 'closed-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', ...outputs] });
  const ended = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk) => {
      ended[name] += chunk;
      if (name === 'stdout') for (const closed of closing) child[closed]?.destroy();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, ...ended, folder: join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0] as string) };
}

it('train goes on to its result where its output is closed after a line, as by `| head -1`', async () => {
  const { code, stdout, stderr, folder } = await run(
    ['train', 'mlp-relu', ...quick],
    ['pipe', 'pipe'],
    ['stdout'],
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).not.toContain('Next:');
  expect((await readRun(folder))?.log.at(-1)).toMatchObject({ kind: 'epoch', epoch: 2 });
  expect(existsSync(join(folder, 'model', 'model.json'))).toBe(true);
});

it('compare goes on to its report where all output is closed', async () => {
  const { code, folder } = await run(
    ['compare', 'mlp-relu', 'mlp-dropout', '--seeds', '1', ...quick],
    ['pipe', 'pipe'],
    ['stdout', 'stderr'],
  );
  expect(code).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(
    expect.arrayContaining(['mlp-dropout-seed1', 'mlp-relu-seed1', 'report.html', 'table.csv']),
  );
});

// Linux alone has this device.
it.runIf(existsSync('/dev/full')).each(['its output', 'all output'])(
  'train goes on where %s goes to a full disk',
  async (what) => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const all = what === 'all output';
    const { code, stderr, folder } = await run(
      ['train', 'mlp-relu', ...quick],
      [full, all ? full : 'pipe'],
      [],
    );
    expect([code, stderr]).toEqual([
      0,
      all ? '' : 'evenkeel: cannot write to the standard output (ENOSPC); going on without it\n',
    ]);
    expect(await readRun(folder)).toBeDefined();
  },
);

it.runIf(existsSync('/dev/full')).each([['doctor'], ['native', 'status'], ['add', '--list'], ['--help']])(
  'a command whose result is what it prints fails on a full disk: %s %s',
  (...args) => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const { status, stderr } = spawnSync(process.execPath, [program, ...args.filter(Boolean)], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      1,
      'evenkeel: cannot write to the standard output (ENOSPC); free some space, or print elsewhere\n',
    ]);
  },
);
