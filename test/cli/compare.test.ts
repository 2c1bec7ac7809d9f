import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFiles } from '../../src/data/model-files.js';
import { readRun } from '../../src/runs/run-folder.js';
import { comparedRecipes as recipes } from '../../src/training/recipes.js';
import { type Ended, evenkeel } from '../support/command-line.js';

const quick = ['--examples', '512', '--batch-size', '64', '--hidden', '12,8', '--backend', 'wasm'];
const folderIn = (out: string) => join(out, readdirSync(out)[0] as string);

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'compare-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('compare', () => {
  let ended: Ended;
  let folder: string;
  beforeAll(async () => {
    ended = await evenkeel(['compare', '--seeds', '2', '--epochs', '2', ...quick, '--out', join(out, 'all')]);
    folder = folderIn(join(out, 'all'));
  }, 300_000);

  it('ends well, with plain lines where there is no terminal', () => {
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const { stdout } = ended;
    expect(stdout).toContain(
      `${recipes.length} recipes x 2 seeds, 2 epochs, on wasm, accelerated\n512 / 64 = 8 iterations an epoch\n`,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(stdout).not.toMatch(/[\u001b\r]/);
    expect(stdout.match(/epoch 2\/2/g)).toHaveLength(2 * recipes.length);
    for (const line of stdout.split('\n')) {
      if (!line.includes(folder)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it('prints a row a recipe and says what to do next', () => {
    const table = ended.stdout
      .split('\n')
      .slice(ended.stdout.split('\n').findIndex((line) => line.startsWith('recipe')));
    expect(table.slice(1, 1 + recipes.length).map((line) => line.split(' ')[0])).toEqual(
      recipes.map(({ name }) => name),
    );
    expect(table[1]).toMatch(/^mlp-relu +\d+\.\d\d ± \d+\.\d\d .* \d\.\d{4} +\d+\.\d +9 614 +0\.3$/);
    expect(table.slice(1, 1 + recipes.length).filter((line) => / \*( |$)/.test(line))).toHaveLength(1);
    expect(ended.stdout).toContain(`report       ${join(folder, 'report.html')}`);
    expect(ended.stdout).toContain(`TensorBoard  tensorboard --logdir ${folder}`);
  });

  it('writes a folder for each run, with a model that predicts what the log says', async () => {
    const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
    expect(names.sort()).toEqual(recipes.flatMap(({ name }) => [`${name}-seed1`, `${name}-seed2`]).sort());
    await import('../../src/index.js');
    await tf.setBackend('cpu');
    for (const name of names) {
      const run = await readRun(join(folder, name));
      expect(run?.log.filter(({ kind }) => kind === 'epoch')).toHaveLength(2);
      expect(run?.log.at(-1)).toMatchObject({ step: 16, evaluationAccuracy: run?.result.testAccuracy });
      const model = await tf.loadLayersModel(modelFiles(join(folder, name, 'model')));
      expect(model.countParams()).toBe(run?.result.parameters);
      model.dispose();
    }
  });

  it('writes the numbers of the runs as CSV, with all digits', async () => {
    const [columns, ...lines] = readFileSync(join(folder, 'table.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(columns).toEqual([
      'recipe',
      'seeds',
      'test_accuracy_mean',
      'test_accuracy_standard_deviation',
      'test_loss_mean',
      'milliseconds_per_step',
      'parameters',
      'learning_rate',
      'backend',
      'accelerated',
      'compiled',
      'precision',
      'data',
    ]);
    const accuracies = await Promise.all(
      [1, 2].map(
        async (seed) =>
          (await readRun(join(folder, `mlp-cosine-seed${seed}`)))?.result.testAccuracy as number,
      ),
    );
    const [a, b] = accuracies as [number, number];
    const cells = lines.find(([recipe]) => recipe === 'mlp-cosine');
    const row = Object.fromEntries((columns as string[]).map((name, i) => [name, cells?.[i]]));
    expect(row).toMatchObject({
      backend: 'wasm',
      accelerated: 'true',
      compiled: 'false',
      precision: 'float32',
    });
    expect(Number(row.test_accuracy_mean)).toBeCloseTo((a + b) / 2, 12);
    expect(Number(row.test_accuracy_standard_deviation)).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12);
  });

  it('writes a report in one file: table, curves, sparsity, gradients, configuration', () => {
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(html.replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(/<link|<script src|<img|NaN/);
    const { document } = parseHTML(html);
    const text = (selector: string) =>
      [...document.querySelectorAll(selector)].map((element) => element.textContent);
    const names = recipes.map(({ name }) => name);
    expect(text('[aria-label="Results by recipe"] tbody td:first-child')).toEqual(names);
    expect(text('h2')).toEqual([
      'Test accuracy',
      'Learning curves',
      'Activation sparsity by layer',
      'Gradient norm by layer',
      'Drop probability by layer',
      'Configuration',
    ]);
    const { recipes: drawn, runs, byLayer } = JSON.parse(document.querySelector('#data')?.textContent ?? '');
    expect(drawn).toEqual(names);
    expect(runs).toHaveLength(2 * names.length);
    const dropping = ['mlp-dropout', 'mlp-annealed-dropout', 'mlp-drop-connect', 'dropout-after-batch-norm'];
    const named = (quantity: string) => [
      ...new Set(byLayer[quantity].map(({ recipe }: { recipe: string }) => recipe)),
    ];
    expect(named('activationSparsity')).toEqual(names);
    expect(named('gradientNorm')).toEqual(names);
    expect(named('dropRate')).toEqual(dropping);
    expect(text('pre')).toEqual([
      'npx evenkeel compare --seeds 2 --epochs 2 --batch-size 64 --hidden 12,8 --examples 512 --backend wasm',
    ]);
    expect(text('dd')).toContain('12, 8');
  });

  it('goes on from what is finished when it is resumed: nothing, here', async () => {
    const before = statSync(join(folder, 'mlp-relu-seed1', 'result.json')).mtimeMs;
    const again = await evenkeel(['compare', '--resume', '--out', join(out, 'all')]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`${2 * recipes.length} runs finished before: kept`);
    expect(statSync(join(folder, 'mlp-relu-seed1', 'result.json')).mtimeMs).toBe(before);
    expect(readdirSync(join(out, 'all'))).toHaveLength(1);
  });

  it('refuses to be resumed with other settings than it was begun with', async () => {
    const { code, stderr } = await evenkeel([
      'compare',
      '--resume',
      '--epochs',
      '5',
      '--out',
      join(out, 'all'),
    ]);
    expect([code, stderr]).toEqual([
      2,
      `evenkeel: --epochs is 5, but 2 in ${folder}; leave it out, or start again without --resume\n`,
    ]);
    const stock = await evenkeel(['compare', '--resume', '--no-accelerate', '--out', join(out, 'all')]);
    expect(stock.stderr).toMatch(
      /^evenkeel: acceleration is off, but on in .*; leave it out, or start again/,
    );
    const other = await evenkeel(['compare', 'mlp-relu', '--resume', '--out', join(out, 'all')]);
    expect(other.stderr).toMatch(/^evenkeel: the list of recipes is mlp-relu, but mlp-relu,mlp-batch-norm,/);
  });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a comparison that gets %s', (signal, expected) => {
  it(`ends with code ${expected}, keeps what is finished, and is resumed`, async () => {
    const place = join(out, signal);
    const args = [
      'compare',
      'mlp-relu',
      'mlp-cosine',
      '--seeds',
      '2',
      '--epochs',
      '16',
      '--hold-out',
      '128',
      ...quick,
      '--out',
      place,
    ];
    let sent = false;
    const ended = await evenkeel(args, {
      onOutput: (stdout, kill) => {
        // In the middle of the second run.
        if (sent || !/mlp-cosine seed 1 +epoch +3\//.test(stdout)) return;
        sent = true;
        kill(signal);
      },
    });
    const folder = folderIn(place);
    expect(ended.code).toBe(expected);
    expect(ended.stderr).toBe(
      `evenkeel: interrupted after 1 of 4 runs, which are kept; go on with \`npx evenkeel compare --resume ${folder}\`\n`,
    );
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
    expect((await readRun(join(folder, 'mlp-relu-seed1')))?.log).toHaveLength(16 * 7);
    expect(await readRun(join(folder, 'mlp-cosine-seed1'))).toBeUndefined();
    // Every line of the log of the run that was cut off is whole.
    for (const line of readFileSync(join(folder, 'mlp-cosine-seed1', 'log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')) {
      expect(JSON.parse(line)).toHaveProperty('step');
    }
    const resumed = await evenkeel(['compare', '--resume', folder]);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain('1 run finished before: kept');
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });
});

describe('train', () => {
  it('writes one run and says where', async () => {
    const place = join(out, 'one');
    const { code, stdout } = await evenkeel([
      'train',
      'mlp-standout',
      '--seed',
      '7',
      '--hold-out',
      '128',
      ...quick,
      '--out',
      place,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'mlp-standout on wasm, accelerated, learning rate 0.5\n384 / 64 = 6 iterations an epoch\n',
    );
    expect(folderIn(place)).toMatch(/-mlp-standout-seed7$/);
    const run = await readRun(folderIn(place));
    expect(run?.config).toMatchObject({
      recipe: 'mlp-standout',
      seed: 7,
      examples: 512,
      holdOut: 128,
      hidden: [12, 8],
    });
    expect(run?.environment).toMatchObject({ backend: 'wasm', tfjs: '4.22.0', accelerated: true });
  });

  it('leaves tfjs as it is with --no-accelerate', async () => {
    const place = join(out, 'stock');
    const { code } = await evenkeel(['train', 'mlp-relu', '--no-accelerate', ...quick, '--out', place]);
    expect(code).toBe(0);
    const [folder] = readdirSync(place);
    const run = await readRun(join(place, folder as string));
    expect(run?.environment).toMatchObject({ accelerated: false });
  });

  it('goes on without the native backend where it is missing, and says in one line why', async () => {
    const place = join(out, 'fallback');
    const project = mkdtempSync(join(tmpdir(), 'project-'));
    mkdirSync(join(project, 'node_modules/@tensorflow/tfjs-node'), { recursive: true });
    writeFileSync(
      join(project, 'node_modules/@tensorflow/tfjs-node/package.json'),
      '{ "version": "4.22.0" }',
    );
    const { code, stdout, stderr } = await evenkeel(
      ['train', 'mlp-relu', ...quick.slice(0, -2), '--out', place],
      { cwd: project, env: { PATH: '', CXX: process.execPath, XDG_CACHE_HOME: join(project, 'cache') } },
    );
    rmSync(project, { recursive: true });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^evenkeel: native backend not used: no Python; install Python 3 with pip .*, then run `npx evenkeel native install`\n$/,
    );
    expect(stdout).toContain('mlp-relu on wasm, accelerated, learning rate 0.3');
  });
});

describe('a comparison whose files are not what they were', () => {
  const place = () => join(out, 'damaged');
  const options = ['compare', 'mlp-relu', '--seeds', '1', '--hold-out', '128', ...quick];
  let folder: string;
  beforeAll(async () => {
    await evenkeel([...options, '--out', place()]);
    folder = folderIn(place());
  });

  it('is resumed by the command that began it', async () => {
    const { code } = await evenkeel([...options, '--out', place(), '--resume']);
    expect(code).toBe(0);
  });

  it.each([
    ['{}', /result\.json lacks numbers; delete its folder to make the run again/],
    ['null', /result\.json lacks numbers/],
    ['{', /result\.json is damaged: it is not JSON/],
  ])('with the result %s says so and leaves table and report', async (content, expected) => {
    const path = join(folder, 'mlp-relu-seed1', 'result.json');
    const [result, table] = [readFileSync(path), readFileSync(join(folder, 'table.csv'))];
    writeFileSync(path, content);
    const { code, stderr } = await evenkeel(['compare', '--resume', folder]);
    writeFileSync(path, result);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(expected);
    expect(code).toBe(1);
    expect(readFileSync(join(folder, 'table.csv'))).toEqual(table);
  });

  it.each<[string, string | Record<string, unknown>, RegExp]>([
    [
      'nothing in it',
      '{}',
      /recipes must be a list of different recipes of this version, received nothing; /,
    ],
    ['half of it', '{', /it is not JSON; /],
    ['no object', 'null', /it must be an object, received null; /],
    [
      'seeds beyond all memory',
      { seeds: 1e8 },
      /seeds must be an integer from 1 to 1000, received 100000000; /,
    ],
    ['seeds below zero', { seeds: -1 }, /seeds must be an integer from 1 to 1000, received -1; /],
    ['a number for the data', { data: 5 }, /data must be a text, or null, received 5; /],
    ['a recipe twice', { recipes: ['mlp-relu', 'mlp-relu'] }, /recipes must be a list of different recipes/],
    ['a recipe that every object has', { recipes: ['constructor'] }, /recipes must be a list/],
    [
      'units beyond all memory',
      { hidden: [1e15] },
      /hidden must be a list, of which each is an integer from 1/,
    ],
  ])('with the settings damaged, %s, says so', async (_, content, expected) => {
    const path = join(folder, 'compare.json');
    const settings = readFileSync(path, 'utf8');
    const damaged = typeof content === 'string' ? content : { ...JSON.parse(settings), ...content };
    writeFileSync(path, typeof damaged === 'string' ? damaged : JSON.stringify(damaged));
    const { code, stderr } = await evenkeel(['compare', '--resume', folder]);
    writeFileSync(path, settings);
    expect(stderr).toMatch(/^evenkeel: .*compare\.json is damaged: [^\n]+; start again without --resume\n$/);
    expect(stderr).toMatch(expected);
    expect(code).toBe(1);
  });

  it('with a config.json that holds nothing, or a folder for a report, says so', async () => {
    const config = join(folder, 'mlp-relu-seed1', 'config.json');
    const before = readFileSync(config);
    writeFileSync(config, '{}');
    const emptied = await evenkeel(['compare', '--resume', folder]);
    writeFileSync(config, before);
    expect([emptied.code, emptied.stderr]).toEqual([
      1,
      `evenkeel: ${config} is damaged: recipe must be a text, received nothing; delete its folder to make the run again\n`,
    ]);
    const report = join(folder, 'report.html');
    rmSync(report);
    mkdirSync(report);
    const taken = await evenkeel(['compare', '--resume', folder]);
    rmSync(report, { recursive: true });
    expect([taken.code, taken.stderr]).toEqual([
      1,
      `evenkeel: cannot write to ${report} (a folder is in the way); choose another folder with --out\n`,
    ]);
  });

  it('is not made by two processes at once', async () => {
    const place = join(out, 'two');
    // One that would not end by itself, so that the other finds it at work however slow the machine is.
    const long = ['compare', 'mlp-relu', '--seeds', '1', '--epochs', '1000000', ...quick, '--out', place];
    let second: Promise<Ended> | undefined;
    const first = await evenkeel(long, {
      onOutput: (stdout, kill) => {
        if (second || !/epoch +1\//.test(stdout)) return;
        second = evenkeel(['compare', '--resume', folderIn(place)]);
        second.then(() => kill('SIGINT'));
      },
    });
    const { code, stderr } = (await second) as Ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^evenkeel: another process is at work in .*; wait for it\n$/),
    ]);
    expect(first.code).toBe(130);
  });
});
