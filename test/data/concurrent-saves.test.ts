import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { modelFiles } from '../../src/data/model-files.js';

const { onRename } = vi.hoisted(() => ({ onRename: { current: (_from: string, _to: string) => {} } }));
vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>();
  const rename: typeof files.rename = async (from, to) => {
    onRename.current(String(from), String(to));
    await files.rename(from, to);
  };
  return { ...files, rename };
});

beforeAll(async () => {
  await tf.setBackend('cpu');
});
let base: string;
let folder: string;
beforeEach(() => {
  onRename.current = () => {};
  base = mkdtempSync(join(tmpdir(), 'savers-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  folder = join(base, 'model');
});

const dense = (units: number) =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [50], kernelInitializer: 'ones', biasInitializer: 'ones' }),
    ],
  });
const weightsIn = (json: string): string =>
  JSON.parse(readFileSync(json, 'utf8')).weightsManifest[0].paths[0];

it('writes model.json last: its weights are whole when it gets its name', async () => {
  const sizes: number[] = [];
  onRename.current = (from, to) => {
    if (basename(to) !== 'model.json') return;
    const weights = join(folder, weightsIn(from));
    sizes.push(existsSync(weights) ? statSync(weights).size : 0);
  };
  await dense(3).save(modelFiles(folder));
  await dense(5).save(modelFiles(folder));
  expect(sizes).toEqual([4 * 51 * 3, 4 * 51 * 5]);
});

it('leaves what a save of a living process needs, and takes out what dead ones left', async () => {
  const id = '0'.repeat(24);
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void other.kill('SIGKILL'));
  await dense(2).save(modelFiles(folder));
  const alive = [`model.json.${id}.${other.pid}.partial`, `weights-${id}.bin`];
  for (const name of alive) writeFileSync(join(folder, name), 'x');
  await dense(3).save(modelFiles(folder));
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(alive));
  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  await dense(3).save(modelFiles(folder));
  expect(readdirSync(folder)).toHaveLength(2);
});

const program = `
  import * as tf from '${import.meta.resolve('@tensorflow/tfjs')}';
  import { modelFiles } from '${new URL('../../dist/src/data/model-files.js', import.meta.url)}';
  tf.findBackend('cpu').firstUse = false;
  await tf.setBackend('cpu');
  const units = Number(process.argv[2]);
  const value = (value) => tf.initializers.constant({ value });
  const model = tf.sequential({ layers: [tf.layers.dense({
    units, inputShape: [50], kernelInitializer: value(units), biasInitializer: value(units),
  })] });
  const failures = [];
  for (let n = 0; n < 60; n++) {
    await model.save(modelFiles(process.argv[3])).catch((error) => failures.push(error.message));
    if (n === 0) process.send('saving');
  }
  process.send(failures);`;

/** A process that saves sixty times: models of so many units, and weights of the same number. */
function saver(units: number): {
  child: ChildProcess;
  saving: Promise<unknown>;
  failures: Promise<string[]>;
} {
  const script = join(base, 'saver.mjs');
  writeFileSync(script, program);
  const child = fork(script, [String(units), folder], { silent: true });
  const saving = new Promise((resolve) => child.once('message', resolve));
  const failures = new Promise<string[]>((resolve) => {
    child.on('message', (message) => Array.isArray(message) && resolve(message));
    child.once('exit', () => resolve(['it died']));
  });
  return { child, saving, failures };
}

/** All of one of the models: a mixture would show. */
async function expectWhole(): Promise<number> {
  const model = await tf.loadLayersModel(modelFiles(folder));
  const numbers = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
  const [units] = numbers as [number];
  expect(new Set(numbers)).toEqual(new Set([model.outputs[0]?.shape[1]]));
  model.dispose();
  return units;
}

it('several processes save, one is killed, one loads: each finds a whole model, and none fails', async () => {
  const savers = [2, 3, 4].map(saver);
  await Promise.all(savers.map(({ saving }) => saving));
  const loaded: number[] = [];
  for (let n = 0; n < 20; n++) {
    loaded.push(await expectWhole());
    if (n === 3) savers[2]?.child.kill('SIGKILL');
  }
  const [first, second, third] = await Promise.all(savers.map(({ failures }) => failures));
  expect([first, second]).toEqual([[], []]);
  expect([[], ['it died']]).toContainEqual(third);
  expect(new Set([2, 3, 4])).toEqual(new Set([2, 3, 4, ...loaded]));
  await expectWhole();
  // The last to save finds the others dead or done.
  const last = dense(6);
  await last.save(modelFiles(folder));
  expect(readdirSync(folder)).toHaveLength(2);
  expect((await tf.loadLayersModel(modelFiles(folder))).outputs[0]?.shape).toEqual([null, 6]);
});
