import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBackendOn } from '../../src/native/backend.js';
import { diagnose } from '../../src/native/doctor.js';
import { featuresIn, type Machine, thisMachine } from '../../src/native/machine.js';
import { bfloat16Units, withPrecision } from '../../src/native/precision.js';
import { probeBackends } from '../../src/native/probe.js';
import { PretendMachine } from '../support/pretend-machine.js';

const VARIABLE = 'TF_SET_ONEDNN_FPMATH_MODE';

let pretend: PretendMachine;
beforeEach(() => {
  pretend = new PretendMachine();
});
afterEach(() => pretend.dispose());

const having = (...features: string[]) => pretend.machine({ processorFeatures: () => features });

describe('the units of a processor', () => {
  it.each([
    ['flags\t\t: fpu avx512f avx512_bf16 amx_bf16 amx_tile\nbugs\t: none\n', 'AMX'],
    ['model name\t: AMD EPYC\nflags\t\t: fpu avx512f avx512_bf16 clzero\n', 'AVX512_BF16'],
    ['Features\t: fp asimd bf16 i8mm\n', 'BF16 of Arm'],
    ['flags\t\t: fpu avx2 avx512f avx512_vnni\n', undefined],
    ['processor\t: 0\n', undefined],
  ])('are read from %j', (cpuinfo, name) => {
    expect(bfloat16Units(having(...featuresIn(cpuinfo)))?.name).toBe(name);
  });

  it('are told by the doctor, who finds no fault where there are none', async () => {
    const link = async (machine: Machine) =>
      (await diagnose(machine)).links.find(({ name }) => name === 'bfloat16');
    expect(await link(having('avx512_bf16'))).toMatchObject({
      state: 'ok',
      detail: 'AVX512_BF16, which --precision bfloat16 uses',
    });
    expect(await link(having())).toMatchObject({
      state: 'ok',
      detail: 'the processor has no units for it; products are float32',
    });
  });
});

describe('loadBackend with a precision', () => {
  it.each(['wasm', 'cpu'] as const)('says that the %s backend has float32 alone', async (backend) => {
    const loaded = await loadBackendOn(having('amx_bf16'), [backend], 'bfloat16');
    expect(loaded).toMatchObject({
      backend,
      precision: 'float32',
      reason: `bfloat16 not in effect: the ${backend} backend computes in float32; only the native one has it`,
    });
  });

  it('says it beside why the native backend is not used', async () => {
    const { reason } = await loadBackendOn(having('amx_bf16'), ['native', 'cpu'], 'bfloat16');
    expect(reason).toMatch(
      /^native backend not used: not installed; run .*\. bfloat16 not in effect: the cpu backend /,
    );
  });

  it('has nothing to say where none is asked for', async () => {
    const loaded = await loadBackendOn(having('amx_bf16'), ['cpu']);
    expect(loaded).toMatchObject({ precision: 'float32', reason: '' });
  });

  it('refuses one that there is not', async () => {
    await expect(loadBackendOn(having(), ['cpu'], 'half' as never)).rejects.toThrow(
      /^loadBackend: precision must be float32 or bfloat16; received "half"$/,
    );
  });
});

/** Stands for the native backend of a library that never rounds. */
const load = async () => {
  await tf.setBackend('cpu');
};

describe('where the library does not round', () => {
  it('names the units that the processor lacks', async () => {
    expect(await withPrecision('bfloat16', having(), tf, load)).toEqual({
      precision: 'float32',
      problem:
        'bfloat16 not in effect: the processor has no units for it (AMX, AVX512_BF16 or BF16 of Arm); float32 is used',
    });
  });

  it('does not call bfloat16 what a product shows to be float32', async () => {
    const settled = await withPrecision('bfloat16', having('bf16'), tf, load);
    expect(settled.precision).toBe('float32');
    expect(settled.problem).toMatch(
      /^bfloat16 not in effect: TensorFlow does not use the BF16 of Arm of this processor, or has multiplied /,
    );
  });

  it('names the variable of the user that is in the way, and leaves it', async () => {
    const env = { ...pretend.env, [VARIABLE]: 'FP32' };
    const machine = { ...having('bf16'), env };
    const { problem } = await withPrecision('bfloat16', machine, tf, load);
    expect(problem).toBe(`bfloat16 not in effect: ${VARIABLE} is "FP32" in the environment; unset it`);
    expect(env[VARIABLE]).toBe('FP32');
  });
});

describe('the variable by which oneDNN has leave to round', () => {
  const seen = async (asked: 'float32' | 'bfloat16', ...features: string[]) => {
    const env: Machine['env'] = {};
    let during: string | undefined;
    const looking = async () => {
      during = env[VARIABLE];
      await load();
    };
    await withPrecision(asked, { ...having(...features), env }, tf, looking);
    return [during, env[VARIABLE]];
  };

  it('is set while the library loads, where oneDNN can, and is not left to child processes', async () => {
    expect(await seen('bfloat16', 'bf16')).toEqual(['BF16', undefined]);
  });

  it('is not left either where the library does not load', async () => {
    const env: Machine['env'] = {};
    const failing = () => Promise.reject(new Error('no library'));
    await expect(withPrecision('bfloat16', { ...having('bf16'), env }, tf, failing)).rejects.toThrow(
      'no library',
    );
    expect(env).toEqual({});
  });

  it('is not set where it is not asked for, nor where oneDNN cannot', async () => {
    expect(await seen('float32', 'bf16')).toEqual([undefined, undefined]);
    expect(await seen('bfloat16')).toEqual([undefined, undefined]);
  });
});

interface Report {
  precision: string;
  reason: string;
  variable: string | null;
  matrices: number[];
  small: number;
  convolutions: number[];
  others: string[];
  update: number;
  growth: number;
  tensors: number;
}

/** What the native library does, in a process of its own. */
function products(
  precisions: string[],
  { features, env = {} }: { features?: string[]; env?: Record<string, string> } = {},
): { reports: Report[]; log: string } {
  const script = fileURLToPath(new URL('products.mjs', import.meta.url));
  const args = [script, JSON.stringify(precisions), ...(features ? [JSON.stringify(features)] : [])];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  const lines = stdout.trimEnd().split('\n');
  expect(stderr).toBe('');
  return { reports: JSON.parse(lines.at(-1) as string) as Report[], log: lines.slice(0, -1).join('\n') };
}

const FINE = 1 + 2 ** -12;
const exact = { matrices: Array(8).fill(FINE), convolutions: Array(3).fill(FINE), small: FINE };

describe('the native backend', () => {
  it('rounds products in bfloat16 and nothing else, and is exact again afterwards', async (context) => {
    const { native } = await probeBackends();
    if (!native.available) context.skip(native.reason);
    const units = bfloat16Units(thisMachine());
    if (!units) context.skip('the processor has no bfloat16 units');
    const { reports } = products(['float32', 'bfloat16', 'float32']);
    const [before, rounded, after] = reports as [Report, Report, Report];
    for (const report of [before, after]) {
      expect(report).toMatchObject({ precision: 'float32', reason: '', ...exact });
    }
    expect(rounded).toMatchObject({ precision: 'bfloat16', reason: '', variable: null });
    expect(rounded.matrices).toEqual(Array(8).fill(1));
    expect(rounded.convolutions).toEqual(Array(3).fill(1));
    if (units?.name === 'AVX512_BF16') expect(rounded.small).toBe(FINE);
    expect(rounded.others).toEqual(before.others);
    expect(rounded.update).toBe(before.update);
    // The copies of 50 products would be 200 MB.
    expect(rounded.growth).toBeLessThan(100);
    expect([rounded.tensors, after.tensors]).toEqual([before.tensors, before.tensors]);
  });

  it('gives oneDNN the leave that it reads at the first product, and believes the product', async (context) => {
    const { native } = await probeBackends();
    if (!native.available) context.skip(native.reason);
    // The log of oneDNN, which is not in the build for every processor.
    const { reports, log } = products(['bfloat16'], { features: ['bf16'], env: { ONEDNN_VERBOSE: '1' } });
    if (!log.includes('onednn_verbose')) context.skip('the library has no oneDNN');
    expect(log).toMatch(/exec,cpu,matmul,.*attr-fpmath:bf16/);
    expect(log).toMatch(/exec,cpu,convolution,.*attr-fpmath:bf16/);
    const [report] = reports as [Report];
    expect(report.variable).toBe(null);
    const rounds = report.matrices.every((ratio) => ratio === 1);
    expect(report.precision).toBe(rounds ? 'bfloat16' : 'float32');
    expect(report.reason === '').toBe(rounds);
  });

  it('leaves the variable of the user as it is', async (context) => {
    const { native } = await probeBackends();
    if (!native.available) context.skip(native.reason);
    const { reports } = products(['float32'], { env: { [VARIABLE]: 'BF16' } });
    const [report] = reports as [Report];
    const rounds = report.matrices.every((ratio) => ratio === 1);
    expect(report).toMatchObject({ variable: 'BF16', precision: rounds ? 'bfloat16' : 'float32' });
    expect(report.reason).toBe(
      rounds ? `float32 not in effect: ${VARIABLE} is "BF16" in the environment; unset it` : '',
    );
  });
});
