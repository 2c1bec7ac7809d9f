import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { annealedDropout, cosineDense, dropConnectDense, dropout, standoutDense, weightNorm } from 'evenkeel';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { modelFiles } from '../../src/data/model-files.js';
import { type Ended, evenkeel } from '../support/command-line.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fold-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { dense, batchNormalization } = tf.layers;

function normalized(...more: tf.layers.Layer[]): tf.Sequential {
  const layers = [
    weightNorm({ layer: dense({ units: 5, inputShape: [4], name: 'hidden' }) }),
    batchNormalization({
      name: 'norm',
      betaInitializer: 'randomNormal',
      movingVarianceInitializer: tf.initializers.constant({ value: 3 }),
    }),
    tf.layers.reLU({ name: 'relu' }),
    annealedDropout({ rate: 0.5, steps: 10, name: 'drop' }),
    ...more,
  ];
  return tf.sequential({ layers });
}

async function save(model: tf.LayersModel, name = 'model'): Promise<string> {
  const path = join(folder, name);
  await model.save(modelFiles(path));
  return path;
}

const fold = (...args: string[]): Promise<Ended> => evenkeel(['fold', ...args], { cwd: folder });

/** Everything that the files of a folder hold. */
const contents = (path: string) =>
  readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'base64')]);

describe('evenkeel fold', () => {
  it('says what becomes of standout, of drop connect, and of dropout that stays on', async () => {
    const more = [
      standoutDense({ units: 3, name: 'thinned' }),
      dropConnectDense({ units: 3, rate: 0.5, name: 'connected' }),
      dropout({ rate: 0.5, alwaysOn: true, name: 'always' }),
    ];
    await save(normalized(...more));
    const { code, stdout, stderr } = await fold('model', 'out/folded');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^thinned +EvenkeelStandoutDense +now Multiply of thinned_activation .*and thinned_belief/m,
    );
    expect(stdout).toMatch(/^connected +EvenkeelDropConnectDense +now Dense$/m);
    expect(stdout).toMatch(/always \(EvenkeelDropout\)/);
  });

  it('writes a model that tfjs loads alone and that predicts the same, and says what it did', async () => {
    const model = normalized(dense({ units: 2, name: 'head' }));
    const path = await save(model);
    const before = contents(path);
    const { code, stdout, stderr } = await fold('model', 'out/folded');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^hidden {2}EvenkeelWeightNorm {7}now Dense$/m);
    expect(stdout).toMatch(/^norm {4}BatchNormalization {7}into hidden \(Dense\)$/m);
    expect(stdout).toMatch(/^drop {4}EvenkeelAnnealedDropout {2}taken out$/m);
    expect(stdout).toMatch(/^largest relative difference of predictions: \d\.\de[-+]\d+, on (native|cpu)$/m);
    expect(stdout).toMatch(/\nLoads with tfjs alone\.\n$/);
    expect(contents(path)).toEqual(before);

    const written = join(folder, 'out/folded');
    expect(readFileSync(join(written, 'model.json'), 'utf8')).not.toContain('Evenkeel');
    const loaded = await tf.loadLayersModel(modelFiles(written));
    expect(loaded.layers.map(({ name }) => name).slice(1)).toEqual(['hidden', 'relu', 'head']);
    const x = tf.randomNormal([6, 4]);
    expect(loaded.predict(x) as tf.Tensor).toBeAllClose(model.predict(x) as tf.Tensor, {
      rtol: 1e-5,
      atol: 1e-5,
    });
  });

  it('takes the path of model.json, and names the custom layers that remain', async () => {
    await save(normalized(cosineDense({ units: 2, name: 'angles' })));
    const { code, stdout } = await fold('model/model.json', 'folded');
    expect(code).toBe(0);
    expect(stdout).toContain(
      "Needs evenkeel to load, by: import 'evenkeel'. Custom layers remain: angles (EvenkeelCosineDense)",
    );
  });

  it('loads what it has written, with what tfjs forgets to save, before it says that it loads', async () => {
    const separable = tf.layers.separableConv2d({
      filters: 2,
      kernelSize: 2,
      depthMultiplier: 2,
      inputShape: [5, 5, 2],
    });
    const model = tf.sequential({ layers: [weightNorm({ layer: separable })] });
    const out = join(folder, 'out');
    const { code, stdout } = await evenkeel(['fold', await save(model), out]);
    expect([code, stdout.endsWith('\nLoads with tfjs alone.\n')]).toEqual([0, true]);
    const x = tf.randomNormal([2, 5, 5, 2], 0, 1, 'float32', 1);
    const loaded = await tf.loadLayersModel(modelFiles(out));
    expect(loaded.predict(x)).toBeAllClose(model.predict(x) as tf.Tensor, { rtol: 1e-4, atol: 1e-5 });
  });

  it('takes sequences of indexes, and inputs of open size', async () => {
    const words = tf.layers.embedding({ inputDim: 3, outputDim: 4, inputShape: [null] });
    await save(
      tf.sequential({ layers: [words, tf.layers.lstm({ units: 2 }), batchNormalization()] }),
      'words',
    );
    const conv = tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] });
    await save(tf.sequential({ layers: [conv, batchNormalization()] }), 'images');
    expect(await fold('words', 'out-words')).toMatchObject({ code: 0, stderr: '' });
    expect(await fold('images', 'out-images')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('evenkeel fold refuses in one line', () => {
  const refusal = async (code: number, ...args: string[]) => {
    const ended = await fold(...args);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    return ended.stderr.trimEnd();
  };

  it('a missing argument', async () => {
    expect(await refusal(2, 'model')).toMatch(
      /^evenkeel: missing required argument 'out'; see `evenkeel fold --help`$/,
    );
  });

  it('to write over the model, by whatever path', async () => {
    const path = await save(normalized());
    const before = contents(path);
    for (const out of ['model', './model/', 'model/../model']) {
      expect(await refusal(2, 'model/model.json', out, '--force')).toMatch(
        /^evenkeel: <out> is the model itself, .*model; name another folder$/,
      );
    }
    expect(contents(path)).toEqual(before);
  });

  it('to write where something is, unless it is told to', async () => {
    await save(normalized());
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out', 'notes.txt'), 'mine');
    writeFileSync(join(folder, 'file'), 'mine');
    expect(await refusal(2, 'model', 'out')).toBe(
      'evenkeel: out is not empty; name another folder, or add --force',
    );
    expect(await refusal(2, 'model', 'file')).toBe('evenkeel: <out> is a file: file; name a folder');
    expect(readdirSync(join(folder, 'out'))).toEqual(['notes.txt']);
    expect(await fold('model', 'out', '--force')).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'model.json',
      'notes.txt',
      expect.stringMatching(/^weights-.*\.bin$/),
    ]);
  });

  it('what is no model of layers that it knows', async () => {
    expect(await refusal(1, 'nowhere', 'out')).toMatch(
      /^evenkeel: no model at nowhere\/model.json \(ENOENT\); name/,
    );
    const path = await save(normalized());
    const json = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8'));
    writeFileSync(
      join(path, 'model.json'),
      JSON.stringify(json).replaceAll('EvenkeelAnnealedDropout', 'TheirLayer'),
    );
    expect(await refusal(1, 'model', 'out')).toBe('evenkeel: cannot load model: Unknown layer: TheirLayer');
    writeFileSync(join(path, 'model.json'), JSON.stringify({ ...json, format: 'graph-model' }));
    expect(await refusal(1, 'model', 'out')).toBe(
      'evenkeel: model holds a graph model; fold takes models of tfjs layers',
    );
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('to write a model whose predictions it cannot vouch for', async () => {
    const model = normalized();
    model.getLayer('norm').setWeights([tf.ones([5]), tf.zeros([5]), tf.zeros([5]), tf.fill([5], -1)]);
    await save(model);
    expect(await refusal(1, 'model', 'out')).toMatch(
      /^evenkeel: the folded model predicts something else: largest relative difference NaN, .*; nothing is written$/,
    );
    expect(readdirSync(folder)).toEqual(['model']);
  });
});

it('evenkeel fold --help', async () => {
  const { code, stdout, stderr } = await evenkeel(['fold', '--help']);
  expect(stdout).toMatch(/^Usage: evenkeel fold \[options\] <model> <out>$/m);
  expect([code, stderr]).toEqual([0, '']);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});
