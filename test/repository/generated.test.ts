import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('every list of layers and recipes is what `npm run generate` writes', () => {
  const { stdout, stderr } = spawnSync('node', ['scripts/generate.mjs', '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.split('\n').filter(Boolean), 'out of date: run `npm run generate`').toEqual([]);
});
