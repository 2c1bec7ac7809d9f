import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildMlpRelu } from '../../recipes/mlp-relu.js';
import { newRunsFolder, RunFolder, readRun, runName, runsFolders } from '../../src/runs/run-folder.js';
import type {
  EpochRecord,
  RunConfig,
  RunEnvironment,
  RunResult,
  StepRecord,
} from '../../src/training/records.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'runs-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const config: RunConfig = {
  recipe: 'mlp-relu',
  seed: 3,
  epochs: 1,
  batchSize: 32,
  learningRate: 0.3,
  hidden: [8],
  examples: 100,
  holdOut: 0,
};
const environment: RunEnvironment = {
  backend: 'cpu',
  evenkeel: '0.1.0',
  tfjs: '4.22.0',
  node: '20.19.0',
  platform: 'linux x64',
  processor: '2 x some processor',
};
const steps: StepRecord = {
  kind: 'steps',
  step: 4,
  epoch: 1,
  loss: 1.5,
  accuracy: 0.5,
  activationSparsity: { hidden_1: 0.25 },
  gradientNorm: { hidden_1: 2, output: 3 },
  dropRate: { dropout_1: 0.5 },
};
const epoch: EpochRecord = {
  kind: 'epoch',
  step: 4,
  epoch: 1,
  loss: 1.5,
  accuracy: 0.5,
  evaluationLoss: 1,
  evaluationAccuracy: 0.75,
  millisecondsPerStep: 2,
  seconds: 0.1,
};
const result: RunResult = {
  testLoss: 1,
  testAccuracy: 0.75,
  parameters: 50,
  millisecondsPerStep: 2,
  seconds: 0.2,
};
const model = () => buildMlpRelu({ inputSize: 4, hidden: [8], classes: 2 });

describe('RunFolder', () => {
  it('is read back as it was written', async () => {
    const folder = await RunFolder.create(join(out, runName(config)), config, environment);
    folder.append(steps);
    folder.append(epoch);
    await folder.finish(model(), result);
    expect(await readRun(folder.path)).toEqual({ config, environment, log: [steps, epoch], result });
    const names = readdirSync(folder.path)
      .map((name) => name.replace(/\d{10}/, 'TIME'))
      .sort();
    expect(names).toEqual([
      'config.json',
      'events.out.tfevents.TIME.evenkeel',
      'log.jsonl',
      'model',
      'result.json',
    ]);
    // A bare object file is what people open first.
    expect(JSON.parse(readFileSync(join(folder.path, 'config.json'), 'utf8'))).toEqual({
      ...config,
      environment,
    });
  });

  it('is unfinished until its result is there, and then made again', async () => {
    const path = join(out, 'run');
    const folder = await RunFolder.create(path, config, environment);
    folder.append(steps);
    // A process that is killed in the middle of a line.
    appendFileSync(join(path, 'log.jsonl'), '{"kind":"ste');
    expect(await readRun(path)).toBeUndefined();
    const again = await RunFolder.create(path, config, environment);
    again.append(epoch);
    await again.finish(model(), result);
    expect((await readRun(path))?.log).toEqual([epoch]);
    appendFileSync(join(path, 'log.jsonl'), '{"kind":"ste');
    expect((await readRun(path))?.log).toEqual([epoch]);
    expect(readdirSync(path).filter((name) => name.includes('tfevents'))).toHaveLength(1);
  });

  it('is never made over a finished run', async () => {
    const folder = await RunFolder.create(join(out, 'run'), config, environment);
    await folder.finish(model(), result);
    await expect(RunFolder.create(folder.path, config, environment)).rejects.toThrow(
      `${folder.path} holds a finished run; delete it to make it again`,
    );
  });

  it('says in one line that it cannot be written', async () => {
    writeFileSync(join(out, 'file'), '');
    await expect(RunFolder.create(join(out, 'file', 'run'), config, environment)).rejects.toThrow(
      `cannot write to ${join(out, 'file', 'run')} (a file is in the way); choose another folder with --out`,
    );
    const folder = await RunFolder.create(join(out, 'gone'), config, environment);
    rmSync(folder.path, { recursive: true });
    expect(() => folder.append(steps)).toThrow(/^cannot write to .*log\.jsonl \(ENOENT\)/);
  });

  it('says which file of a finished run is damaged', async () => {
    const folder = await RunFolder.create(join(out, 'run'), config, environment);
    folder.append(steps);
    await folder.finish(model(), result);
    writeFileSync(join(folder.path, 'result.json'), '{');
    await expect(readRun(folder.path)).rejects.toThrow(
      `${join(folder.path, 'result.json')} is damaged: it is not JSON; delete its folder to make the run again`,
    );
  });
});

it.each<[string, string, RegExp]>([
  [
    'config.json',
    '{}',
    /config\.json is damaged: recipe must be a text, received nothing; delete its folder/,
  ],
  ['config.json', 'null', /config\.json is damaged: it must be an object, received null; /],
  [
    'config.json',
    JSON.stringify({ ...config, environment: 7 }),
    /environment must be an object, received 7; /,
  ],
  ['config.json', JSON.stringify({ ...config, environment: {} }), /environment\.backend must be a text, /],
  ['log.jsonl', '{}\n', /line 1 of .*log\.jsonl is damaged: kind must be steps or epoch, received nothing; /],
  ['log.jsonl', '{"kind":"toString"}\n', /kind must be steps or epoch, received "toString"; /],
  [
    'log.jsonl',
    `${JSON.stringify({ ...steps, gradientNorm: null })}\n`,
    /gradientNorm must be an object of /,
  ],
])('a finished run whose %s is %s says so', async (file, content, expected) => {
  const folder = await RunFolder.create(join(out, 'run'), config, environment);
  folder.append(steps);
  await folder.finish(model(), result);
  writeFileSync(join(folder.path, file), content);
  await expect(readRun(folder.path)).rejects.toThrow(expected);
});

describe('newRunsFolder', () => {
  const date = new Date(2026, 0, 31, 14, 5, 9);

  it('is named after its time and never one that exists', async () => {
    const names = [];
    for (let i = 0; i < 3; i++) names.push(await newRunsFolder(join(out, 'deep', 'runs'), 'compare', date));
    expect(names).toEqual(
      ['', '-2', '-3'].map((end) => join(out, 'deep', 'runs', `2026-01-31-140509-compare${end}`)),
    );
    for (const name of names) expect(existsSync(name)).toBe(true);
  });

  it('are listed oldest first, and no others', async () => {
    for (const name of [
      '2026-01-31-140509-compare-10',
      '2026-01-31-140509-compare-2',
      '2025-12-31-235959-compare',
      '2026-01-31-140509-mlp-relu-seed1',
      'notes',
    ]) {
      mkdirSync(join(out, name));
    }
    expect(await runsFolders(out, 'compare')).toEqual(
      ['2025-12-31-235959-compare', '2026-01-31-140509-compare-2', '2026-01-31-140509-compare-10'].map(
        (name) => join(out, name),
      ),
    );
    expect(await runsFolders(join(out, 'nowhere'), 'compare')).toEqual([]);
  });
});
