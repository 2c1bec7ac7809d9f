/** What `accelerate` does for one backend, whether that is loaded before or after: each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { probeBackends } from '../../src/native/probe.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(steps: string): { result: Record<string, unknown>; noise: string } {
  const program = `
    import * as tf from '@tensorflow/tfjs';
    import { accelerate } from './dist/src/accelerate/index.js';
    import { loadBackend } from './dist/src/node.js';
    const wasm = () => loadBackend({ prefer: ['wasm'] });
    const cpu = () => loadBackend({ prefer: ['cpu'] });
    const native = () => loadBackend({ prefer: ['native'] });
    const kernel = (name) => tf.getKernel(name, 'wasm')?.kernelFunc;
    const result = {};
    ${steps}
    console.log(JSON.stringify(result));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  const lines = stdout.trim().split('\n');
  const last = lines.pop() as string;
  return { result: JSON.parse(last || '{}'), noise: `${lines.join('\n')}${stderr}` };
}

const CONVOLVE = `tf.tidy(() => {
  const [x, w] = [tf.ones([2, 4, 4, 1]), tf.ones([2, 2, 1, 3])];
  return Array.from(tf.grad((w) => tf.conv2d(x, w, 1, 'valid').sum())(w).dataSync());
})`;

describe('accelerate and the wasm backend', () => {
  it('loaded after: its kernels are replaced once it is set, and there is no warning', () => {
    const { result, noise } = run(`
      await cpu();
      result.first = accelerate();
      await wasm();
      result.second = accelerate();
      result.gradient = ${CONVOLVE};
      const fast = kernel('Slice');
      accelerate.restore();
      result.replaced = fast !== kernel('Slice');
      result.left = ['Slice', 'BatchMatMul', 'Conv2DBackpropFilter'].map((name) => kernel(name) !== undefined);
    `);
    expect(noise).toBe('');
    expect(result.first).not.toContain('kernel/wasm/slice');
    expect(result.second).toEqual(
      expect.arrayContaining(['kernel/wasm/slice', 'kernel/wasm/matMul', 'kernel/wasm/conv2dBackpropFilter']),
    );
    expect(result.gradient).toEqual(new Array(12).fill(18));
    expect(result.replaced).toBe(true);
    expect(result.left).toEqual([true, true, false]);
  });

  it('loaded before: the same, and what is restored is what tfjs had', () => {
    const { result, noise } = run(`
      await wasm();
      const own = ['Slice', 'BatchMatMul', 'MaxPoolGrad', 'Sum'].map(kernel);
      result.on = accelerate();
      result.gradient = ${CONVOLVE};
      result.replaced = ['Slice', 'BatchMatMul', 'MaxPoolGrad', 'Sum'].map((name, i) => kernel(name) !== own[i]);
      await cpu();
      await wasm();
      result.gradientAgain = ${CONVOLVE};
      accelerate.restore();
      result.restored = ['Slice', 'BatchMatMul', 'MaxPoolGrad', 'Sum'].map((name, i) => kernel(name) === own[i]);
      result.left = kernel('Conv2DBackpropFilter') !== undefined;
    `);
    expect(noise).toBe('');
    expect(result.on).toEqual(
      expect.arrayContaining(['kernel/wasm/slice', 'kernel/wasm/matMul', 'kernel/wasm/conv2dBackpropFilter']),
    );
    expect(result.gradient).toEqual(new Array(12).fill(18));
    expect(result.gradientAgain).toEqual(result.gradient);
    expect(result.replaced).toEqual([true, true, true, true]);
    expect(result.restored).toEqual([true, true, true, true]);
    expect(result.left).toBe(false);
  });

  it('loaded after restore: nothing is left waiting, and setBackend is that of tfjs', () => {
    const { result } = run(`
      await cpu();
      const prototype = Object.getPrototypeOf(tf.engine());
      const own = prototype.setBackend;
      accelerate({ only: ['kernel/wasm/slice', 'kernel/wasm/conv2dBackpropFilter'] });
      result.follows = prototype.setBackend !== own;
      accelerate.restore();
      result.own = prototype.setBackend === own;
      await wasm();
      result.on = kernel('Conv2DBackpropFilter') !== undefined;
    `);
    expect(result).toEqual({ follows: true, own: true, on: false });
  });
});

describe('accelerate and the native backend', () => {
  it('loaded after: its kernels are replaced once it is set, and restored', async ({ skip }) => {
    const probes = await probeBackends();
    if (!probes.native.available) skip(probes.native.reason);
    const { result } = run(`
      await cpu();
      const kernels = () => ['Cast', 'Reshape', 'Sum', 'Mean'].map((name) => tf.getKernel(name, 'tensorflow'));
      result.first = accelerate();
      await native();
      const fast = kernels();
      result.second = accelerate();
      result.same = kernels().every((kernel, i) => kernel === fast[i]);
      result.sums = Array.from(tf.sum(tf.tensor2d([[1, 2], [3, 4]]), 0).dataSync());
      accelerate.restore();
      result.restored = kernels().map((kernel, i) => kernel !== undefined && kernel !== fast[i]);
    `);
    expect(result.first).not.toContain('kernel/native/cast');
    expect(result.second).toEqual(
      expect.arrayContaining(['cast', 'reshape', 'sum', 'mean'].map((kernel) => `kernel/native/${kernel}`)),
    );
    expect(result.same).toBe(true);
    expect(result.sums).toEqual([4, 6]);
    expect(result.restored).toEqual([true, true, true, true]);
  });

  it('takes labels and inputs that were cast on another backend, as tfjs does', async ({ skip }) => {
    const probes = await probeBackends();
    if (!probes.native.available) skip(probes.native.reason);
    const { result } = run(`
      await cpu();
      const x = tf.tensor2d([[1, 2, 3], [4, 5, 6]]);
      const labels = ['int32', 'bool'].map((type) => tf.tensor2d([[1, 0], [0, 1]], [2, 2], type).toFloat());
      const rows = [1, 2].map(() => tf.tensor2d([[1, 0, 2], [0, 1, 3]], [2, 3], 'int32').toFloat());
      await native();
      const build = () => {
        const dense = tf.layers.dense({ units: 2, kernelInitializer: 'ones', activation: 'softmax', inputShape: [3] });
        const model = tf.sequential({ layers: [dense] });
        model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
        return model;
      };
      const step = async (model) => [await model.trainOnBatch(x, labels[0]), await model.trainOnBatch(x, labels[1])];
      result.stock = await step(build());
      accelerate();
      result.fast = await step(build());
      const mean = (x) => Array.from(tf.mean(x, 1).dataSync());
      result.mean = mean(rows[0]);
      const norm = tf.layers.layerNormalization({ epsilon: 1e-6 });
      result.normal = Array.from(norm.apply(rows[1]).dataSync());
    `);
    expect(result.fast).toBeAllClose(result.stock as number[]);
    expect(result.mean).toBeAllClose([1, 4 / 3]);
    const deviation = Math.sqrt(2 / 3);
    expect((result.normal as number[]).slice(0, 3)).toBeAllClose([0, -1 / deviation, 1 / deviation], {
      rtol: 1e-4,
      atol: 1e-5,
    });
  });
});
