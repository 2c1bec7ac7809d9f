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

const importsOf = (source: string) =>
  [...source.matchAll(/^import .* from '([^']+)';$/gm)].map(([, name]) => name as string);

describe('recipes/recipes.json', () => {
  it('lists every recipe file, and the recipes that compare trains in their order', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    expect(manifest.flatMap((entry) => entry.files).sort()).toEqual(files.sort());
    expect(manifest.map(({ name }) => name)).toEqual(recipes.map(({ name }) => name));
  });

  it.each(manifest)('$name: imports what it needs, has a header, and stays short', ({ files, needs }) => {
    for (const file of files) {
      const source = read(file);
      expect(importsOf(source).sort()).toEqual([...needs].sort());
      expect(source.split('\n').length).toBeLessThanOrEqual(81);
      for (const part of [
        /^\/\*\*\n \* \S.*\n \*\n/,
        /\n \* What: /,
        /\n \* When: /,
        /\n \* Paper: /,
        /\n \* Measured: /,
      ]) {
        expect(source).toMatch(part);
      }
    }
  });
});
