import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

interface Bundle {
  bytes: number;
  layers: string[];
  node: string[];
}
interface Row extends Record<'esbuild' | 'vite', Bundle> {
  page: string;
  needs: string[];
}

let rows: Row[];
beforeAll(async () => {
  const script = fileURLToPath(new URL('../../scripts/sizes.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--json'], { maxBuffer: 1e7 });
  rows = JSON.parse(stdout) as Row[];
}, 120_000);

describe.each(['esbuild', 'vite'] as const)('a bundle by %s', (bundler) => {
  it('takes in the layers that it uses or registers, and no other', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const row of rows) expect([row.page, row[bundler].layers]).toEqual([row.page, row.needs]);
  });

  it('has at most 6 kB of one layer and 25 kB of all of them', () => {
    for (const { page, needs, [bundler]: bundle } of rows) {
      if (needs.length === 1) expect([page, bundle.bytes <= 6000]).toEqual([page, true]);
    }
    expect(rows.find(({ page }) => page === 'every layer')?.[bundler].bytes).toBeLessThanOrEqual(25_000);
  });

  it('has nothing of Node in it', () => {
    for (const row of rows) expect([row.page, row[bundler].node]).toEqual([row.page, []]);
  });

  it('has nothing of this package for a folded model', () => {
    const row = rows.find(({ page }) => page === 'a folded model');
    expect(row?.[bundler].bytes).toBeLessThan(100);
  });
});
