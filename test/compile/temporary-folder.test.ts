/** The file through which a graph goes to TensorFlow: it does not stay, and training goes on where it cannot be written. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { load } from '../../src/accelerate/compile/session.js';
import { nativeBackend } from '../../src/tfjs/native-backend.js';

let folder: string;
let warnings: string[] = [];
const before = process.env.TMPDIR;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temporary-'));
  process.env.TMPDIR = folder;
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((line: string) => warnings.push(line));
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true });
  accelerate.restore();
  vi.restoreAllMocks();
  tf.disposeVariables();
});

/** Losses of some steps, and what is told of them. */
async function trained() {
  const init = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [4], kernelInitializer: init })],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const losses: number[] = [];
  for (let i = 0; i < 5; i++)
    losses.push(...[await model.trainOnBatch(tf.ones([8, 4]), tf.ones([8, 3]))].flat());
  for (let i = 0; i < 3; i++) model.evaluate(tf.ones([8, 4]), tf.ones([8, 3]));
  return { losses, report: accelerate.compiled(model) };
}

it('leaves no file behind when a graph is loaded, and when TensorFlow refuses it', async () => {
  accelerate({ compile: true });
  expect((await trained()).report.training[0]?.compiled).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
  const step = { name: 'step', args: [], results: [], nodes: [] };
  const nodes = [{ name: 'odd', op: 'NoSuchOp', inputs: [], attributes: [] }];
  const graph = { nodes, step, feeds: [], fetches: [], writes: [], states: [], residents: [] };
  expect(() => load(graph, nativeBackend()!)).toThrow(/NoSuchOp/);
  expect(readdirSync(folder)).toEqual([]);
});

it('goes on op by op where it cannot be written, and says so once for all models', async () => {
  accelerate();
  const { losses } = await trained();
  accelerate.restore();
  accelerate({ compile: true });
  process.env.TMPDIR = join(folder, 'missing');
  for (const { losses: these, report } of [await trained(), await trained()]) {
    expect(these).toEqual(losses);
    expect(report.training[0]).toMatchObject({ compiled: false, reason: expect.stringMatching(/TMPDIR/) });
  }
  expect(warnings).toEqual([
    `evenkeel: steps are not compiled, and go on op by op: the graph goes through a file in ${folder}/missing, which cannot be written (ENOENT: no such file or directory); set TMPDIR to a folder that can`,
  ]);
});

it('says in one line that it does nothing on another backend', async () => {
  accelerate({ compile: true });
  const compiled = await trained();
  accelerate.restore();
  await tf.setBackend('cpu');
  try {
    accelerate({ compile: true });
    const { losses, report } = await trained();
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(compiled.losses[i]!, 4);
    expect(report).toEqual({ training: [], evaluation: [], prediction: [] });
  } finally {
    accelerate.restore();
    await tf.setBackend('tensorflow');
  }
  expect(warnings).toEqual([
    'accelerate: compile does nothing on cpu; it is for the native backend, in Node',
  ]);
});
