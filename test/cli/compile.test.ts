/** `train` and `compare` compile steps on the native backend, to the numbers that they have op by op. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeBackends } from '../../src/native/probe.js';
import { readRun } from '../../src/runs/run-folder.js';
import { evenkeel } from '../support/command-line.js';

const { native } = await probeBackends();
const quick = ['--examples', '512', '--batch-size', '64', '--hidden', '12,8', '--backend', 'native'];
const folderIn = (out: string) => join(out, readdirSync(out)[0] as string);

/** A log without its times. */
async function numbersOf(folder: string) {
  const run = await readRun(folder);
  const log = run?.log.map((record) => ({ ...record, millisecondsPerStep: 0, seconds: 0 }));
  return { log, loss: run?.result.testLoss };
}

describe.runIf(native.available)('steps on the native backend', () => {
  let out: string;
  let env: Record<string, string>;
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'compiled-'));
    env = { TMPDIR: join(out, 'temporary') };
    mkdirSync(join(out, 'temporary'));
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it('are compiled, and resumed op by op with the same numbers', async () => {
    const place = join(out, 'resumed');
    const recipes = ['mlp-annealed-dropout', 'mlp-batch-norm'];
    const args = ['compare', ...recipes, '--seeds', '1', '--epochs', '3', '--hold-out', '128', ...quick];
    let sent = false;
    const { code } = await evenkeel([...args, '--out', place], {
      env,
      onOutput: (stdout, kill) => {
        if (sent || !/mlp-batch-norm seed 1 +epoch 1\//.test(stdout)) return;
        sent = true;
        kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    const folder = folderIn(place);
    expect(JSON.parse(readFileSync(join(folder, 'compare.json'), 'utf8'))).toMatchObject({ compile: true });
    const resumed = await evenkeel(['compare', '--resume', folder, '--no-compile']);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain('these runs are not compiled, 1 of the finished ones compiled');
    const whole = await evenkeel([...args, '--verbose', '--out', join(out, 'whole')], { env });
    expect(whole.stdout).toMatch(
      /^ {2}training 64x784: \d+ calls -> \d+ nodes, [\d.]+ kB, \d+ ms to record, \d+ steps$/m,
    );
    expect(whole.stderr).toBe('');
    for (const [i, recipe] of recipes.entries()) {
      const name = `${recipe}-seed1`;
      expect((await readRun(join(folder, name)))?.environment.compiled).toBe(i === 0);
      expect((await readRun(join(folderIn(join(out, 'whole')), name)))?.environment.compiled).toBe(true);
      expect(await numbersOf(join(folder, name))).toEqual(
        await numbersOf(join(folderIn(join(out, 'whole')), name)),
      );
    }
    expect(readdirSync(env.TMPDIR!)).toEqual([]);

    // One of a version that did not compile goes on as it began.
    const path = join(folder, 'compare.json');
    const { compile, ...older } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(older));
    rmSync(join(folder, 'mlp-batch-norm-seed1'), { recursive: true });
    expect((await evenkeel(['compare', '--resume', folder])).code).toBe(0);
    expect((await readRun(join(folder, 'mlp-batch-norm-seed1')))?.environment.compiled).toBe(false);
  });
});
