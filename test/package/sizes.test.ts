import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

interface Bundle {
  /** Compressed with gzip. */
  bytes: number;
  /** The layers whose class is in it. */
  layers: string[];
  registers: boolean;
  /** Imports other than tfjs, and names that only Node has. */
  foreign: string[];
}
type Page = { row?: string; source: string; needs: string[] } & Record<'vite' | 'esbuild', Bundle>;

const pages: Page[] = JSON.parse(execFileSync('node', ['scripts/sizes.mjs', '--json'], { encoding: 'utf8' }));
const bundles = (of: Page[]) =>
  of.flatMap((page) =>
    (['vite', 'esbuild'] as const).map((bundler) => ({ bundler, ...page, ...page[bundler] })),
  );

test.each(bundles(pages))(
  '$bundler, $source: the layers that it needs and no other',
  ({ layers, needs, foreign }) => {
    expect(layers).toEqual(needs);
    expect(foreign).toEqual([]);
  },
);

test.each(bundles(pages.filter(({ needs }) => needs.length > 0)))(
  '$bundler, $source: registered',
  ({ registers }) => {
    expect(registers).toBe(true);
  },
);

test.each(bundles(pages.filter(({ needs }) => needs.length === 1)))(
  '$bundler, $source: below its limit',
  ({ bytes, needs: [stem] }) => {
    expect(bytes).toBeGreaterThan(500);
    // It has dense, masks for weights, and three forms of prediction.
    expect(bytes).toBeLessThanOrEqual(stem === 'drop-connect-dense' ? 8250 : 7500);
  },
);

test.each(bundles(pages.filter(({ needs }) => needs.length > 1)))(
  '$bundler, $source: below its limit',
  (page) => {
    // `fold`, `dataInit` and the schedules with their checks are a third of the whole.
    expect(page.bytes).toBeLessThanOrEqual(page.row === 'all of evenkeel' ? 32_000 : 25_000);
  },
);

test.each([
  { row: '`fold`', limit: 7500 },
  { row: '`scheduleDropout`, `linear`', limit: 3750 },
  { row: '`accelerate`', limit: 28_500 },
  { row: 'the test kit', limit: 2750 },
])('$row: below $limit bytes', ({ row, limit }) => {
  const [page] = pages.filter((page) => page.row === row);
  for (const { bytes } of [page?.vite, page?.esbuild] as Bundle[]) {
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThanOrEqual(limit);
  }
});

test.each(bundles(pages.filter(({ row }) => row === 'a folded model, loaded')))(
  '$bundler: a page with a folded model holds nothing of this package',
  ({ bytes }) => {
    expect(bytes).toBe(0);
  },
);
