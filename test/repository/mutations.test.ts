import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTATIONS } from '../mutations.js';

test('each mistake of test/mutations.ts replaces a line that is there, once', () => {
  const lost = MUTATIONS.filter(
    ({ file, right }) => !existsSync(file) || readFileSync(file, 'utf8').split(right).length !== 2,
  );
  expect(lost.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
