import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeAtomically } from '../../src/data/write-atomically.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('replaces all of a file', async () => {
  await writeAtomically(join(folder, 'file'), 'a longer text');
  await writeAtomically(join(folder, 'file'), Uint8Array.from([104, 105]));
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('hi');
  expect(readdirSync(folder)).toEqual(['file']);
});

it('leaves nothing behind where it fails', async () => {
  mkdirSync(join(folder, 'taken'));
  await expect(writeAtomically(join(folder, 'taken'), 'text')).rejects.toThrow('EISDIR');
  expect(readdirSync(folder)).toEqual(['taken']);
});

it('writes each of two contents as a whole when both come at once', async () => {
  const contents = ['a'.repeat(100_000), 'b'.repeat(200_000)];
  await Promise.all(contents.map((content) => writeAtomically(join(folder, 'file'), content)));
  expect(contents).toContain(readFileSync(join(folder, 'file'), 'utf8'));
  expect(readdirSync(folder)).toEqual(['file']);
});
