import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import all from '../../recipes/recipes.json' with { type: 'json' };
import { evenkeel } from '../support/command-line.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
// The page is tried in a browser: test/browser.
const manifest = all.filter(({ files }) => files.length === 1);
const sets = [...new Set(manifest.map(({ needs }) => needs.join(' ')))];

/** A recipe that measures for half a minute: changes with which it shows the same in a few seconds. */
const SHORTER: Record<string, [from: string, to: string][]> = {
  'fine-tune-and-fold': [
    ['digits(train, 0, 4, 30_000)', 'digits(train, 0, 4, 6_000)'],
    ['of [1, 2, 3]', 'of [1]'],
  ],
};

let base: string;
const folderOf = (needs: string) => join(base, String(sets.indexOf(needs)));

/** A project for each set of packages that recipes need: with these, the types of Node, and nothing else. */
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'recipes-'));
  for (const set of sets) {
    const folder = folderOf(set);
    for (const name of [...set.split(' '), '@types/node']) {
      const place = join(folder, 'node_modules', name);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(name === 'evenkeel' ? root : join(root, 'node_modules', name), place);
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = {
      strict: true,
      module: 'nodenext',
      target: 'es2022',
      types: ['node'],
      skipLibCheck: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  }
  const add = async ({ name, needs }: (typeof manifest)[number]) => {
    const { code, stderr } = await evenkeel(['add', name, folderOf(needs.join(' '))]);
    expect([code, stderr]).toEqual([0, '']);
  };
  // Two at a time.
  const half = manifest.length / 2;
  await Promise.all(
    [manifest.slice(0, half), manifest.slice(half)].map(async (part) => {
      for (const entry of part) await add(entry);
    }),
  );
}, 120_000);
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe.each(sets)('recipes that need %s, copied into a folder that has nothing else', (set) => {
  it('type-check, and are compiled', async () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc], { cwd: folderOf(set) }).catch((error) => error);
    expect(stdout).toBe('');
  }, 120_000);

  const names = manifest.filter(({ needs }) => needs.join(' ') === set).map(({ name }) => name);
  it.each(names)(
    '%s runs, and learns what it sets out to',
    async (name) => {
      for (const [from, to] of SHORTER[name] ?? []) {
        const path = join(folderOf(set), `${name}.js`);
        const code = readFileSync(path, 'utf8');
        expect(code).toContain(from);
        writeFileSync(path, code.replace(from, to));
      }
      const { stdout } = await run(process.execPath, [`${name}.js`], { cwd: folderOf(set) });
      expect(stdout).not.toMatch(/NaN/);
      if (name === 'custom-layer') {
        expect(stdout).toContain('keeps the contract of a layer');
        return;
      }
      if (name === 'fine-tune-and-fold') {
        const [, tuned, scratch] = /fine-tuned ([\d.]+) %, from scratch ([\d.]+) %/.exec(stdout) ?? [];
        expect(Number(tuned)).toBeGreaterThan(Number(scratch));
        return;
      }
      // Each prints its loss by epoch: of one network, or, activations, of one a line.
      const losses = [...stdout.matchAll(/loss:? ([\d. ]+)/g)].map(([, numbers]) =>
        String(numbers).trim().split(' '),
      );
      const courses = name === 'activations' ? losses : [losses.flat()];
      expect(courses).toHaveLength(name === 'activations' ? 8 : 1);
      for (const course of courses) {
        expect(course.length).toBeGreaterThanOrEqual(2);
        expect(Number(course.at(-1))).toBeLessThan(0.75 * Number(course[0]));
      }
    },
    180_000,
  );
});
