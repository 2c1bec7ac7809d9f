import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join, relative, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import manifest from '../../recipes/recipes.json' with { type: 'json' };
import { thisMachine } from '../../src/native/machine.js';
import { probeWebgl } from '../../src/native/probe.js';
import { launchOptions } from '../support/chromium.js';
import { install } from '../support/installed.js';
import { serve } from '../support/static-server.js';

interface Result {
  error?: string;
  mask: number[];
  prediction: number[];
  loaded: number[];
  folded: number[];
  foldedLayers: string[];
}

const recipes = manifest.filter(({ files }) => files.length === 1).map(({ name }) => name);
const { folder, packed, reason } = install();
const root = join(folder, 'node_modules', 'evenkeel');

beforeEach(({ skip }) => {
  if (reason) skip(reason);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: string[]): Result {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n', stdout.length - 2) + 1));
}

let expected: Result;
function requireSame(result: Result): void {
  expect(result.error).toBeUndefined();
  expect(result.mask).toEqual(expected.mask);
  for (const name of ['prediction', 'loaded', 'folded'] as const) {
    // The tanh of one machine differs in the last digits from that of another.
    result[name].forEach((value, i) => {
      expect(value).toBeCloseTo(expected.prediction[i] as number, 5);
    });
  }
  expect(result.foldedLayers).toEqual(['InputLayer', 'Dense', 'Dense']);
}

beforeAll(() => {
  if (reason) return;
  expected = run('node', ['import.js']);
  writeFileSync(join(folder, 'result.json'), JSON.stringify(expected));
});

describe('without a browser', () => {
  test('Node, import', () => {
    expect(new Set(expected.mask)).toEqual(new Set([0, 2]));
    expect(Math.max(...expected.prediction.map(Math.abs))).toBeGreaterThan(0.1);
    requireSame(expected);
  });

  test('Node, require', ({ skip }) => {
    if (!('require_module' in process.features))
      skip('this Node cannot require modules: 20.19, 22.12 or later can');
    const result = run('node', ['--no-warnings', 'require.cjs']);
    requireSame(result);
    expect((result as Result & { own: boolean }).own).toBe(true);
  });

  test('Deno', ({ skip }) => {
    const deno = resolve('node_modules/.bin/deno');
    if (spawnSync(deno, ['--version']).status !== 0)
      skip('the npm package deno has no program for this machine');
    requireSame(run(deno, ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual', 'import.js']));
  });
});

describe('two copies of tfjs', () => {
  const started = (first: 'none' | 'own' | 'other') =>
    run('node', ['copies.js', first]) as unknown as { messages: string[]; warnings: string[] };

  test('are named where evenkeel is loaded after the other one', () => {
    const { warnings } = started('other');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^evenkeel: two copies of @tensorflow\/tfjs are loaded.* `npm dedupe`/);
  });

  test('are named where a layer, a model or an input is of the other one', () => {
    const { messages } = started('own');
    expect(messages).toHaveLength(7);
    for (const message of messages) {
      expect(message).toMatch(
        /^\w+: .* comes from another copy of @tensorflow\/tfjs; two are loaded\. Keep one: /,
      );
    }
  });

  test('are not named where there is one', () => {
    const { messages, warnings } = started('none');
    expect(messages.filter((message) => message.includes('copy'))).toEqual([]);
    expect(messages.filter((message) => message === 'works')).toHaveLength(6);
    expect(warnings).toEqual([]);
  });
});

describe('in a browser', () => {
  const probe = probeWebgl(thisMachine());
  let browser: Browser | undefined;
  let server: Server | undefined;
  let url: string;

  beforeAll(async () => {
    if (reason || !probe.available) return;
    browser = await chromium.launch(launchOptions(probe));
    ({ url, server } = await serve(folder));
  });
  beforeEach(({ skip }) => {
    if (!probe.available) skip(probe.reason);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function open<T = Result>(path: string): Promise<T> {
    const page = await (browser as Browser).newPage();
    try {
      const failed = new Promise<never>((_, reject) => {
        page.on('pageerror', reject);
        // A module that cannot be loaded is no error of the page, but a line on its console.
        page.on('console', (line) => line.type() === 'error' && reject(new Error(line.text())));
      });
      await page.goto(`${url}/${path}`);
      await Promise.race([failed, page.waitForFunction(() => 'result' in globalThis)]);
      return await page.evaluate(() => (globalThis as unknown as { result: T }).result);
    } finally {
      await page.close();
    }
  }

  async function built(page: string): Promise<string> {
    await build({
      root: folder,
      configFile: false,
      base: './',
      logLevel: 'error',
      worker: { format: 'es' },
      build: {
        outDir: `built-${page}`,
        rolldownOptions: { input: join(folder, `${page}.html`) },
        target: 'es2022',
      },
    });
    return `built-${page}/${page}.html`;
  }

  test('a page built with vite', async () => {
    requireSame(await open(await built('page')));
  });

  test('a module worker, built with vite', async () => {
    requireSame(await open(await built('worker')));
  });

  test('a page with an import map and without a build', async () => {
    requireSame(await open('import-map.html'));
  });

  test("every entry for pages, by README's import map and the layers' own", async () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, text] = /<script type="importmap">(.*?)<\/script>/s.exec(readme) as unknown as [string, string];
    const { imports } = JSON.parse(text) as { imports: Record<string, string> };
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, string>;
    };
    const stems = readdirSync(join(root, 'dist/src/entries/layers')).filter((name) => name.endsWith('.js'));
    const entries = Object.entries(exports)
      .filter(([name]) => !['./node', './recipes/*', './package.json'].includes(name))
      .flatMap(([name, path]) =>
        name.includes('*')
          ? stems.map((file) => [name.replace('*', file.slice(0, -3)), path.replace('*.js', file)])
          : [[name, path]],
      )
      .map(([name, path]) => [`evenkeel${name?.slice(1)}`, `./node_modules/evenkeel/${path?.slice(2)}`]);
    expect(entries.length).toBe(3 + 13);
    for (const [name, path] of entries) imports[name as string] ??= path as string;
    const names = JSON.stringify(entries.map(([name]) => name));
    writeFileSync(
      join(folder, 'entries.html'),
      `<!doctype html><link rel="icon" href="data:," />
      <script type="importmap">${JSON.stringify({ imports })}</script>
      <script type="module">
        const counts = {};
        for (const name of ${names}) counts[name] = Object.keys(await import(name)).length;
        const { accelerate } = await import('evenkeel/accelerate');
        let message = '';
        try { accelerate({ only: ['dens'] }); } catch (error) { message = error.message; }
        globalThis.result = { counts, message };
      </script>`,
    );
    const { counts, message } = await open<{ counts: Record<string, number>; message: string }>(
      'entries.html',
    );
    expect(Object.keys(counts)).toEqual(entries.map(([name]) => name));
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
    expect(message).toContain('did you mean layer/dense?');
  });

  test.each(recipes)('the recipe %s, copied into a page', async (name) => {
    const program = join('node_modules', '.bin', 'evenkeel');
    const { status, stderr } = spawnSync(program, ['add', name, 'recipes', '--js'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const { losses } = await open<{ losses: number[] }>(`recipe.html?name=${name}`);
    expect(losses).toHaveLength(6);
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] as number));
  });

  test('a folded model, with the script of tfjs and nothing of this package', async () => {
    const { folded, prediction, scripts } = await open<{
      folded: number[];
      prediction: number[];
      scripts: string[];
    }>('folded.html');
    folded.forEach((value, i) => {
      expect(value).toBeCloseTo(prediction[i] as number, 5);
    });
    expect(scripts.filter((name) => name.includes('evenkeel'))).toEqual([]);
  });
});

describe('what is in the package', () => {
  const paths = packed.files.map(({ path }) => path);

  test('every map leads to a source in the package', () => {
    const maps = paths.filter((path) => path.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(100);
    const lost = maps.flatMap((map) => {
      const { sources, sourceRoot } = JSON.parse(readFileSync(join(root, map), 'utf8'));
      // Those of the bundled packages are not in this one.
      const own = sources.filter((source: string) => !source.includes('node_modules/'));
      return own
        .map((source: string) => resolve(root, dirname(map), sourceRoot ?? '', source))
        .filter((file: string) => relative(root, file).startsWith('..') || !existsSync(file));
    });
    expect(lost).toEqual([]);
  });

  test('every module has its types and both maps', () => {
    // The bundles of the command line and of the report are imported by nobody.
    const modules = paths.filter((path) => /^dist\/(src|layers|recipes)\/.*\.js$/.test(path));
    const wanted = modules.flatMap((path) =>
      ['.d.ts', '.d.ts.map', '.js.map'].map((end) => path.replace(/\.js$/, end)),
    );
    expect(wanted.filter((path) => !paths.includes(path))).toEqual([]);
  });

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('its types, by every entry, for modules of %s', (module, moduleResolution) => {
    const stems = (folder: string) => [
      ...new Set(paths.flatMap((path) => new RegExp(`^${folder}/([\\w-]+)\\.ts$`).exec(path)?.[1] ?? [])),
    ];
    const entries = [
      'evenkeel',
      'evenkeel/node',
      'evenkeel/accelerate',
      'evenkeel/testing',
      ...stems('layers').map((stem) => `evenkeel/layers/${stem}`),
      ...stems('recipes').map((stem) => `evenkeel/recipes/${stem}`),
    ];
    expect(entries.length).toBeGreaterThan(20);
    const lines = entries.map((entry, i) => `import * as entry${i} from '${entry}';\nvoid entry${i};`);
    const use = `import { dropout } from 'evenkeel/layers/dropout';\nexport const wrong: string = dropout({ rate: 0.5 });`;
    writeFileSync(join(folder, 'types.ts'), [...lines, use].join('\n'));
    const { stdout } = spawnSync(
      resolve('node_modules/.bin/tsc'),
      [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        module,
        '--moduleResolution',
        moduleResolution,
      ].concat(['--target', 'es2023', 'types.ts']),
      { cwd: folder, encoding: 'utf8' },
    );
    // The one mistake shows that the types are those of the layers, not any.
    expect(stdout.trim()).toBe(
      `types.ts(${2 * entries.length + 2},14): error TS2322: Type 'Dropout' is not assignable to type 'string'.`,
    );
  });

  test('no script runs when it is installed', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
  });

  test('its size', () => {
    // With the packages that the command line and the report use, which once were 12 MB beside it.
    expect(packed.size).toBeLessThan(1_450_000);
    expect(packed.unpackedSize).toBeLessThan(5_600_000);
  });
});
