import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
const linesWith = (pattern: RegExp, folders: string[]) =>
  folders.flatMap(filesOf).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line) => (pattern.test(line) ? [`${file}: ${line.trim()}`] : [])),
  );

/** What tfjs draws with, of its own or of the platform's numbers. */
const OTHERS = /\b(tf\.(random\w*|dropout|multinomial|truncatedNormal|rand\w*)|getRandomValues)\(/;

describe('randomness', () => {
  it('comes from Math.random nowhere', () => {
    expect(linesWith(/Math\.random/, ['src', 'layers', 'recipes'])).toEqual([]);
  });

  it('enters a layer through src/random alone, and there in one line', () => {
    const parts = 'ops random layer wrapping schedules callbacks inference initialization'.split(' ');
    expect(linesWith(OTHERS, ['layers', ...parts.map((part) => `src/${part}`)])).toEqual([
      'src/random/seed.ts: return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;',
    ]);
  });
});
