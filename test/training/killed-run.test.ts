import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modelFiles } from '../../src/data/model-files.js';
import { readRun } from '../../src/runs/run-folder.js';

let place: string;
beforeEach(async () => {
  await tf.setBackend('cpu');
  place = mkdtempSync(join(tmpdir(), 'killed-'));
});
afterEach(() => rmSync(place, { recursive: true }));

const built = (path: string) => new URL(`../../dist/src/${path}.js`, import.meta.url);

/** Makes one short run, and kills itself where the argument says. */
const script = (path: string) => `
  import * as tf from '${import.meta.resolve('@tensorflow/tfjs')}';
  import { synthetic } from '${built('data/synthetic')}';
  import { RunFolder } from '${built('runs/run-folder')}';
  import { requireRecipe } from '${built('training/recipes')}';
  import { train } from '${built('training/train')}';
  const die = () => process.kill(process.pid, 'SIGKILL');
  const [,, moment] = process.argv;
  tf.findBackend('cpu').firstUse = false;
  await tf.setBackend('cpu');
  const set = synthetic(64, 6, 3, 1);
  const data = { train: set, evaluation: set, test: set };
  const config = { recipe: 'mlp-relu', seed: 1, epochs: 1, batchSize: 32, learningRate: 0.1, hidden: [8], examples: 64, holdOut: 0 };
  const folder = await RunFolder.create('${path}', config, { backend: 'cpu' });
  if (moment === 'created') die();
  for await (const event of train(requireRecipe('mlp-relu'), config, data)) {
    if (event.kind === 'log') {
      folder.append(event.record);
      if (moment === 'logged') die();
    }
    if (event.kind === 'end') {
      const save = event.model.save.bind(event.model);
      event.model.save = async (...args) => {
        if (moment === 'trained') die();
        const saved = await save(...args);
        if (moment === 'saved') die();
        return saved;
      };
      await folder.finish(event.model, event.result);
    }
  }
  if (moment === 'finished') die();`;

it('is unfinished and made again, or finished and whole, wherever the process is killed', async () => {
  const path = join(place, 'run');
  writeFileSync(join(place, 'run.mjs'), script(path));
  const killedWhen = async (moment: string) => {
    const child = fork(join(place, 'run.mjs'), [moment], { silent: true });
    const signal = await new Promise((resolve) => child.once('close', (_, received) => resolve(received)));
    expect(signal).toBe('SIGKILL');
  };
  for (const moment of ['created', 'logged', 'trained', 'saved']) {
    await killedWhen(moment);
    expect(existsSync(join(path, 'config.json'))).toBe(true);
    expect(await readRun(path), moment).toBeUndefined();
  }
  await killedWhen('finished');
  // Nothing of the four that went before.
  const run = await readRun(path);
  expect(run?.log.map(({ kind, step }) => `${kind} ${step}`)).toEqual(['steps 1', 'steps 2', 'epoch 2']);
  expect(readdirSync(path).filter((name) => name.includes('tfevents'))).toHaveLength(1);
  const model = await tf.loadLayersModel(modelFiles(join(path, 'model')));
  expect(model.countParams()).toBe(run?.result.parameters);
  model.dispose();
});
