import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { modelFiles } from '../../src/data/model-files.js';
import { annealedDropout, linear, standoutDense, weightNorm } from '../../src/index.js';
import { damaged, worksOrSays } from '../support/damage.js';

const { read } = vi.hoisted(() => ({ read: [] as string[] }));
vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>();
  const readFile = async (path: string, ...rest: []) => {
    read.push(path);
    return await files.readFile(path, ...rest);
  };
  return { ...files, readFile };
});

const RUNS = 200;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function sequential(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2 }), inputShape: [3, 2] }),
      tf.layers.lstm({ units: 2 }),
      annealedDropout({ rate: 0.5, schedule: linear({ from: 1, to: 0, steps: 10 }) }),
      weightNorm({ layer: tf.layers.dense({ units: 2, kernelRegularizer: 'l1l2' }) }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function functional(): tf.LayersModel {
  const input = tf.input({ shape: [4, 4, 1], name: 'image' });
  const shared = tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same' });
  const apply = (layer: tf.layers.Layer, ...x: tf.SymbolicTensor[]) =>
    layer.apply(x.length === 1 ? (x[0] as tf.SymbolicTensor) : x) as tf.SymbolicTensor;
  const sum = apply(tf.layers.add(), apply(shared, input), apply(shared, input));
  const flat = apply(tf.layers.flatten(), apply(tf.layers.batchNormalization(), sum));
  const inner = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [32] })] });
  return tf.model({ inputs: input, outputs: [apply(inner, flat), apply(standoutDense({ units: 2 }), flat)] });
}

it.each([
  ['sequential', sequential],
  ['functional', functional],
])(
  'a damaged model.json of a %s model loads, or says what is wrong; nothing elsewhere is read',
  async (_, build) => {
    const folder = mkdtempSync(join(tmpdir(), 'damaged-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = build();
    await model.save(modelFiles(folder), { includeOptimizer: model.optimizer !== undefined });
    const path = join(folder, 'model.json');
    read.length = 0;
    let loaded = 0;
    const load = async (text: string) => {
      writeFileSync(path, text);
      await worksOrSays(async () => {
        (await tf.loadLayersModel(modelFiles(folder))).dispose();
        loaded++;
      });
    };
    const json = JSON.parse(readFileSync(path, 'utf8'));
    await fc.assert(fc.asyncProperty(damaged(json), load), {
      seed: Number(process.env.SEED ?? 1),
      numRuns: RUNS,
    });
    expect(loaded).toBeGreaterThan(RUNS / 10);
    expect(loaded).toBeLessThan(RUNS);
    expect(new Set(read.map((name) => dirname(name)))).toEqual(new Set([folder]));
  },
);
