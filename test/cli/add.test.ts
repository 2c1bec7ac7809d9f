import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../recipes/recipes.json' with { type: 'json' };
import { type Ended, evenkeel } from '../support/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'add-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const add = (...args: string[]): Promise<Ended> => evenkeel(['add', ...args], { cwd: folder });
const source = (name: string) => readFileSync(new URL(`../../recipes/${name}`, import.meta.url));
const there = (...path: string[]) => readFileSync(join(folder, ...path));

describe('evenkeel add', () => {
  it('lists every recipe, with what it is and needs', async () => {
    const { code, stdout, stderr } = await add('--list');
    expect([code, stderr]).toEqual([0, '']);
    const rows = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    for (const { name, title, needs } of manifest) {
      const at = rows.findIndex(([first]) => first === name);
      expect(rows[at]?.slice(0, 2)).toEqual([name, title]);
      const listed = [...(rows[at]?.slice(2) ?? []), ...(needs.length > 3 ? (rows[at + 1] ?? []) : [])];
      expect(listed.join(' ')).toBe(needs.join(' '));
    }
  });

  it('copies a recipe byte for byte, into a folder that it makes, and says what to install', async () => {
    const { code, stdout, stderr } = await add('mlp-cosine', 'src/models');
    expect([code, stderr]).toEqual([0, '']);
    expect(there('src', 'models', 'mlp-cosine.ts').equals(source('mlp-cosine.ts'))).toBe(true);
    expect(readdirSync(join(folder, 'src', 'models'))).toEqual(['mlp-cosine.ts']);
    expect(stdout).toBe(
      `wrote ${join('src', 'models', 'mlp-cosine.ts')}\n\n` +
        'first  npm pkg set type=module\n' +
        '       npm install @tensorflow/tfjs evenkeel\n' +
        '       npm install --save-dev tsx @types/node\n' +
        `then   npx tsx ${join('src', 'models', 'mlp-cosine.ts')}\n`,
    );
  });

  it('says nothing of what is installed', async () => {
    for (const name of ['@tensorflow/tfjs', 'evenkeel', 'tsx', '@types/node']) {
      mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const { stdout } = await add('mlp-cosine');
    expect(stdout).toBe('wrote mlp-cosine.ts\n\nthen   npx tsx mlp-cosine.ts\n');
  });

  it('copies plain JavaScript that holds no types and no map', async () => {
    const { code } = await add('custom-layer', '--js');
    expect(code).toBe(0);
    const text = there('custom-layer.js').toString();
    expect(text).toMatch(/^\/\*\*\n \* A layer of your own/);
    expect(text).not.toMatch(/: tf\.Tensor|\boverride |^type |sourceMappingURL/m);
  });

  it('copies a page with all of its files into a folder of their own, and says how it starts', async () => {
    const { files } = manifest.find(({ name }) => name === 'browser') as { files: string[] };
    const { stdout } = await add('browser', 'web');
    for (const file of files) expect(there('web', file).equals(source(file))).toBe(true);
    expect(stdout).toMatch(
      /\nthen {3}cd web && npx vite browser {3}\(web\/browser\/index\.html says what else it takes\)\n$/,
    );
    await add('browser', 'plain', '--js');
    expect(there('plain', 'browser', 'index.html').toString()).toContain('src="./main.js"');
    expect(readdirSync(join(folder, 'plain', 'browser')).filter((name) => name.endsWith('.ts'))).toEqual([]);
  });

  it('leaves what is there, unless it is forced or the same', async () => {
    await add('mlp-relu');
    expect((await add('mlp-relu')).stdout).toMatch(/^mlp-relu\.ts is there already, the same\n/);
    writeFileSync(join(folder, 'mlp-relu.ts'), 'mine');
    const { code, stdout, stderr } = await add('mlp-relu');
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      `evenkeel: ${join(folder, 'mlp-relu.ts')} exists and is not the same; add --force to replace it, or name another folder\n`,
    ]);
    expect(there('mlp-relu.ts').toString()).toBe('mine');
    expect((await add('mlp-relu', '--force')).code).toBe(0);
    expect(there('mlp-relu.ts').equals(source('mlp-relu.ts'))).toBe(true);
    expect(readdirSync(folder)).toEqual(['mlp-relu.ts']);
  });

  it.each<[string, string[], number, string]>([
    ['capital letters', ['CNN-Cosine'], 2, 'no recipe has the name "CNN-Cosine"; did you mean cnn-cosine?'],
    ['a name close to one', ['mlp-cosne'], 2, 'no recipe has the name "mlp-cosne"; did you mean mlp-cosine?'],
    ['no name', [], 2, 'name a recipe; see `evenkeel add --list`'],
    ['a file for a folder', ['mlp-relu', 'file'], 2, '<folder>/file is a file; name a folder to copy to'],
    ['a folder in a file', ['mlp-relu', 'file/x'], 2, '<folder>/file is a file; name a folder to copy to'],
    [
      'a folder in the place of the file',
      ['mlp-relu', 'taken'],
      2,
      '<folder>/taken/mlp-relu.ts is a folder; name another folder to copy to',
    ],
    [
      'a link that leads nowhere',
      ['mlp-relu', 'linked'],
      1,
      '<folder>/linked/mlp-relu.ts exists and is not the same; add --force to replace it, or name another folder',
    ],
    [
      'where nothing can be written',
      ['mlp-relu', '/proc/no-such'],
      1,
      'cannot write /proc/no-such/mlp-relu.ts (ENOENT); name a folder that you may write to',
    ],
  ])('refuses %s in one line', async (_, args, code, message) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'taken', 'mlp-relu.ts'), { recursive: true });
    mkdirSync(join(folder, 'linked'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'linked', 'mlp-relu.ts'));
    const ended = await add(...args);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([
      code,
      '',
      `evenkeel: ${message.replace('<folder>', folder)}\n`,
    ]);
    expect(readdirSync(folder).sort()).toEqual(['file', 'linked', 'taken']);
  });
});
