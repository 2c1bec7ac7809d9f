import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBackend, loadBackendOn } from '../../src/native/backend.js';
import { diagnose } from '../../src/native/doctor.js';
import { probeBackends } from '../../src/native/probe.js';
import { withoutNoise } from '../../src/native/quiet.js';
import { PretendMachine } from '../support/pretend-machine.js';

let pretend: PretendMachine;
beforeEach(() => {
  pretend = new PretendMachine();
});
afterEach(() => pretend.dispose());

describe('loadBackend', () => {
  it.each([
    [
      'python3',
      /^native backend not used: no Python; install Python 3 with pip .*, then run `npx evenkeel native install`$/,
    ],
    [
      'g++',
      /^native backend not used: no C\+\+ compiler; install g\+\+ .*, then run `npx evenkeel native install`$/,
    ],
  ] as const)('without %s goes on with wasm and says in one line why', async (program, expected) => {
    pretend.remove(program);
    const { tf, backend, reason } = await loadBackendOn(pretend.machine(), ['native', 'wasm', 'cpu']);
    expect(backend).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(reason).toMatch(expected);
  });

  it('without both names both', async () => {
    pretend.remove('python3');
    pretend.remove('g++');
    const { reason } = await loadBackendOn(pretend.machine(), ['native', 'cpu']);
    expect(reason).toMatch(
      /^native backend not used: no C\+\+ compiler and no Python; install g\+\+ .*, and install Python 3 with pip /,
    );
  });

  it('with all that an install needs names the install', async () => {
    const { reason } = await loadBackendOn(pretend.machine(), ['native', 'cpu']);
    expect(reason).toBe('native backend not used: not installed; run `npx evenkeel native install`');
  });

  it('on Windows names WSL', async () => {
    const { backend, reason } = await loadBackendOn(pretend.machine({ platform: 'win32' }), [
      'native',
      'wasm',
    ]);
    expect(backend).toBe('wasm');
    expect(reason).toBe(
      'native backend not used: no native backend for win32 x64; run inside WSL (Linux on Windows) or use the wasm backend',
    );
  });

  it('fails where nothing that is asked for works', async () => {
    await expect(loadBackendOn(pretend.machine(), ['native'])).rejects.toThrow(
      /^native backend not used: not installed/,
    );
  });

  it('takes the first of the list, and another one later', async () => {
    expect((await loadBackendOn(pretend.machine(), ['cpu', 'wasm'])).backend).toBe('cpu');
    const { tf, backend, reason } = await loadBackendOn(pretend.machine(), ['wasm', 'cpu']);
    expect([backend, tf.getBackend(), reason]).toEqual(['wasm', 'wasm', '']);
  });

  it.each([
    [['gpu'], 'received "gpu"'],
    [[], 'received an empty list'],
  ])('refuses %j', async (prefer, expected) => {
    await expect(loadBackendOn(pretend.machine(), prefer as never)).rejects.toThrow(
      `prefer must name some of native, wasm, cpu; ${expected}`,
    );
  });

  it.each([
    ['cuda' as never, 'its argument must be an object, such as { prefer: [\'wasm\'] }; received "cuda"'],
    [{ prefer: 'wasm' }, 'prefer must be a list of native, wasm, cpu; received "wasm"'],
    [{ precison: 'bfloat16' }, 'no option precison; did you mean precision?'],
  ])('refuses the options %j', async (options, expected) => {
    await expect(loadBackend(options as never)).rejects.toThrow(`loadBackend: ${expected}`);
  });
});

it('the native backend starts without a word on stderr, and keeps an error that is one', async (context) => {
  const { native } = await probeBackends();
  if (!native.available) context.skip(native.reason);
  const script = `
    const { loadBackend } = await import('${new URL('../../dist/src/node.js', import.meta.url)}');
    const { tf, backend } = await loadBackend({ prefer: ['native'] });
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.trainOnBatch(tf.ones([4, 3]), tf.ones([4, 2]));
    tf.concat([tf.ones([1]), tf.ones([1])]).dataSync();
    console.log(backend);
    console.error('a word of our own');`;
  const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env });
  expect(child.stderr).toBe('a word of our own\n');
  expect(child.stdout).toBe('native\n');
});

it('puts back what tfjs-node calls and newer Nodes lack, without their warnings', () => {
  const script = `
    const util = require('node:util');
    delete util.isNullOrUndefined;
    delete util.isArray;
    import('${new URL('../../dist/src/native/node-repair.js', import.meta.url)}').then(({ repairNode }) => {
      repairNode();
      console.log(JSON.stringify([null, undefined, 0, '', []].map((v) => [util.isNullOrUndefined(v), util.isArray(v)])));
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([
    [true, false],
    [true, false],
    [false, false],
    [false, false],
    [false, true],
  ]);
});

it('of what the library says at start, only errors are passed on', () => {
  const said = [
    'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
    'I0000 00:00:1760000000.000000    4321 port.cc:153] oneDNN custom operations are on.',
    '2026-01-01 00:00:00.000000: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized',
    'To enable the following instructions: AVX2 FMA, rebuild TensorFlow with the appropriate compiler flags.',
    '2026-01-01 00:00:00.000000: E tensorflow/core/framework/node_def_util.cc:1] something is wrong',
    'F0000 00:00:1760000000.000000    4321 check.cc:1] and worse',
  ];
  expect(withoutNoise(said.map((line) => `${line}\n`).join(''))).toBe(`${said.slice(4).join('\n')}\n`);
});

describe('doctor', () => {
  it('names each link, and the remedy of each that is missing', async () => {
    pretend.remove('python3');
    pretend.remove('g++');
    const { ok, backend, links } = await diagnose(pretend.machine());
    expect(links.map(({ name }) => name)).toEqual([
      'Node',
      'tfjs',
      'platform',
      'tfjs-node',
      'library',
      'binding',
      'bfloat16',
      'compiler',
      'Python',
      'pip',
      'wasm',
      'Chromium',
    ]);
    expect(ok).toBe(true);
    expect(backend).toBe('wasm');
    for (const { state, remedy } of links) expect(remedy === '').toBe(state === 'ok');
    const missing = links.filter(({ state }) => state === 'missing').map(({ name }) => name);
    expect(missing).toEqual(['library', 'binding', 'compiler', 'Python', 'pip', 'Chromium']);
  });

  it('calls an old Node broken', async () => {
    const { ok, links } = await diagnose(pretend.machine({ node: '18.20.0' }));
    expect(ok).toBe(false);
    expect(links[0]).toEqual({
      name: 'Node',
      state: 'broken',
      detail: '18.20.0',
      remedy: 'install Node 20.19.0 or later',
    });
  });
});
