import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { thisMachine } from '../../src/native/machine.js';
import { probeWebgl } from '../../src/native/probe.js';
import { reportPage } from '../../src/report/page.js';
import { summarize } from '../../src/training/summary.js';
import { launchOptions } from '../support/chromium.js';
import { finishedRuns } from './runs.js';

const probe = probeWebgl(thisMachine());
const script = readFileSync('dist/report/script.js', 'utf8');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const recipes = [...Array.from({ length: 11 }, (_, i) => `mlp-number-${i + 1}`), 'a-name-of-another-kind'];

const folder = mkdtempSync(join(tmpdir(), 'report-'));
function written(name: string, options: Parameters<typeof finishedRuns>[0]): string {
  const runs = finishedRuns(options);
  const html = reportPage({
    rows: summarize(runs),
    runs,
    command: 'npx evenkeel compare',
    date: new Date(0),
    script,
  });
  writeFileSync(join(folder, name), html);
  return pathToFileURL(join(folder, name)).href;
}
const twelve = written('twelve.html', { recipes, seeds: 3, epochs: 3 });
const short = written('short.html', { recipes: ['mlp-relu'], seeds: 1, epochs: 1 });

let browser: Browser;
beforeAll(async () => {
  if (probe.available) browser = await chromium.launch(launchOptions(probe));
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(({ skip }) => {
  if (!probe.available) skip(probe.reason);
});

/** The page without a network; errors in it fail the test. */
async function opened(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ offline: true, ...options })).newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(address);
  return page;
}

/** Run in the page: attributes of charts that should be numbers and are not. */
const badNumbers = () =>
  [...document.querySelectorAll('svg *')]
    .flatMap((element) => [...element.attributes])
    .filter(({ value }) => /NaN|undefined|Infinity/.test(value))
    .map(({ name, value }) => `${name}=${value.slice(0, 60)}`);

const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();
const firstColumn = (page: Page, label: string) =>
  texts(page, `[aria-label="${label}"] tbody td:first-child`);

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  it.each([390, 1280])('has no violation that axe finds, and fits %i pixels', async (width) => {
    const page = await opened(twelve, { colorScheme, viewport: { width, height: 800 } });
    await page.locator('[data-chart="gap"] svg').waitFor();
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe was put into the page as text
      const results = await (globalThis as any).axe.run();
      return results.violations.map(
        ({ id, nodes }: { id: string; nodes: unknown[] }) => `${id}: ${nodes.length}`,
      );
    });
    expect(violations).toEqual([]);
    const overflow = () => document.documentElement.scrollWidth - innerWidth;
    expect(await page.evaluate(overflow)).toBe(0);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('[data-chart] svg text')]
        .filter((text) => {
          const { left, right } = text.getBoundingClientRect();
          return left < 0 || right > innerWidth;
        })
        .map((text) => text.textContent),
    );
    expect(cut).toEqual([]);
    await page.context().close();
  });

  it('draws each line in a colour that stands out from the page', async () => {
    const page = await opened(twelve, { colorScheme });
    const ratios = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      const luminance = (colour: string) => {
        probe.style.color = colour;
        const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map((part) => {
          const value = Number(part) / 255;
          return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        }) as [number, number, number];
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = luminance('var(--paper)');
      const names = [
        ...Array.from({ length: 12 }, (_, i) => `recipe-${i}`),
        'layer-0',
        'layer-1',
        'layer-2',
        'layer-3',
      ];
      return names.map((name) => {
        const [low, high] = [paper, luminance(`var(--${name})`)].sort((a, b) => a - b) as [number, number];
        return (high + 0.05) / (low + 0.05);
      });
    });
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(3);
    expect(new Set(ratios).size).toBeGreaterThan(12);
    await page.context().close();
  });
});

describe('a report of twelve recipes', () => {
  let page: Page;
  beforeAll(async () => {
    if (!probe.available) return;
    page = await opened(twelve, { viewport: { width: 1280, height: 900 } });
    await page.locator('[data-chart="gap"] svg').waitFor();
  });
  afterAll(() => page?.context().close());

  it('draws all charts and names every line at its end, without overlap', async () => {
    expect(await page.locator('[data-chart] svg[role="img"]').count()).toBe(4);
    expect(await page.locator('[data-layers] svg').count()).toBe(3 * recipes.length);
    for (const chart of ['loss', 'evaluation', 'gap']) {
      const boxes = await page.evaluate((chart) => {
        const labels = [
          ...document.querySelectorAll(
            `[data-chart="${chart}"] svg text[text-anchor="start"][fill^="var(--recipe"]`,
          ),
        ];
        return labels.map((label) => ({ text: label.textContent, top: label.getBoundingClientRect().top }));
      }, chart);
      expect(boxes.map(({ text }) => text).sort()).toEqual([...recipes].sort());
      const tops = boxes.map(({ top }) => top).sort((a, b) => a - b);
      for (const [i, top] of tops.slice(1).entries()) expect(top - (tops[i] as number)).toBeGreaterThan(11);
    }
    expect(await page.evaluate(badNumbers)).toEqual([]);
  });

  it('shows the value under the pointer', async () => {
    const chart = page.locator('[data-chart="evaluation"] svg').first();
    await chart.scrollIntoViewIfNeeded();
    const dot = chart.locator('path[marker-end], circle').last();
    const box = (await dot.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page
      .locator('[data-chart="evaluation"] text', { hasText: /epoch \d, .* s.*mean of 3 seeds/ })
      .first()
      .waitFor();
  });

  it('sorts a table by a column, in both directions', async () => {
    const label = 'Results by recipe';
    const heading = page.locator(`[aria-label="${label}"] th button`).nth(1);
    await heading.click();
    const rising = await texts(page, `[aria-label="${label}"] tbody td:nth-child(2)`);
    const numbers = rising.map((text) => Number.parseFloat(text));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    await heading.click();
    expect(await texts(page, `[aria-label="${label}"] tbody td:nth-child(2)`)).toEqual(rising.toReversed());
    expect(await page.locator(`[aria-label="${label}"] th`).nth(1).getAttribute('aria-sort')).toBe(
      'descending',
    );
  });

  it('hides curves, and measures them by time', async () => {
    const labels = () =>
      texts(page, '[data-chart="loss"] svg text[text-anchor="start"][fill^="var(--recipe"]');
    await page.getByLabel(recipes[0] as string, { exact: true }).uncheck();
    expect(await labels()).not.toContain(recipes[0]);
    expect(await page.locator('[data-layers="gradientNorm"] figure:visible').count()).toBe(
      recipes.length - 1,
    );
    await page.getByRole('button', { name: 'none' }).click();
    expect(await labels()).toEqual([]);
    expect(await page.getByText('No curve is chosen.').count()).toBe(3);
    await page.getByRole('button', { name: 'all' }).click();
    expect(await labels()).toHaveLength(recipes.length);
    await page.getByLabel('time').check();
    expect(await texts(page, '[data-chart="loss"] svg text')).toContain('seconds →');
  });

  it('compares with the baseline that is chosen', async () => {
    const label = `Differences of test accuracy from ${recipes[0]}`;
    expect(await firstColumn(page, label)).toEqual(recipes.slice(1));
    await page.getByLabel('Baseline').selectOption(recipes[3] as string);
    expect(await firstColumn(page, label)).toEqual(recipes.filter((_, i) => i !== 3));
  });
});

it('draws the accuracy after a single epoch, and says that one seed has no interval', async () => {
  const page = await opened(short);
  await page.locator('[data-chart="evaluation"] svg').waitFor();
  expect(await page.locator('[data-chart="evaluation"] svg path[marker-start]').count()).toBe(1);
  expect(await page.evaluate(badNumbers)).toEqual([]);
  await page.context().close();
});

it('holds its numbers in tables where scripts are off, and hides what needs one', async () => {
  const page = await opened(twelve, { javaScriptEnabled: false });
  expect(await firstColumn(page, 'Results by recipe')).toEqual(recipes);
  expect(await page.getByText('scripts are off here').isVisible()).toBe(true);
  expect(await page.locator('[data-chart]:visible, [data-layers]:visible, form:visible').count()).toBe(0);
  const epochs = '[aria-label="Loss and accuracy after each epoch"] tbody tr';
  expect(await page.locator(epochs).count()).toBe(recipes.length * 3 * 3);
  await page.context().close();
});

it('asks for nothing from elsewhere', () => {
  const html = readFileSync(join(folder, 'twelve.html'), 'utf8');
  expect(html).not.toMatch(/<link|<script src|<img|url\((?!#)/);
});
