import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Makes short runs one after the other until it is killed; one that is finished is left as it is. */
const script = (out: string) => `
  import * as tf from '${import.meta.resolve('@tensorflow/tfjs')}';
  import { synthetic } from '${built('data/synthetic')}';
  import { readRun, RunFolder } from '${built('runs/run-folder')}';
  import { requireRecipe } from '${built('training/recipes')}';
  import { train } from '${built('training/train')}';
  tf.findBackend('cpu').firstUse = false;
  await tf.setBackend('cpu');
  const set = synthetic(64, 6, 3, 1);
  const data = { train: set, evaluation: set, test: set };
  for (let seed = 1; ; seed++) {
    const config = { recipe: 'mlp-relu', seed, epochs: 1, batchSize: 32, learningRate: 0.1, hidden: [200], examples: 64, holdOut: 0 };
    const path = '${out}/run-' + seed;
    if (await readRun(path)) continue;
    const folder = await RunFolder.create(path, config, { backend: 'cpu' });
    for await (const event of train(requireRecipe('mlp-relu'), config, data)) {
      if (event.kind === 'log') folder.append(event.record);
      if (event.kind === 'end') await folder.finish(event.model, event.result);
    }
    process.send(seed);
  }`;

it('is finished and whole, or unfinished and made anew, whenever the process is killed', async () => {
  const out = join(place, 'runs');
  writeFileSync(join(place, 'runs.mjs'), script(out));
  for (let attempt = 0; attempt < 4; attempt++) {
    const child = fork(join(place, 'runs.mjs'), { silent: true });
    await new Promise((resolve) => child.once('message', resolve));
    await new Promise((resolve) => setTimeout(resolve, 19 * attempt));
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;

    const paths = readdirSync(out).map((name) => join(out, name));
    const unfinished: string[] = [];
    for (const path of paths) {
      const run = await readRun(path);
      if (!run) unfinished.push(path);
      else await expectWhole(path, run);
    }
    // Only the run at work when the kill came: those of the attempts before have been made anew.
    expect(unfinished.length).toBeLessThanOrEqual(1);
    for (const path of unfinished) expectWholeLines(join(path, 'log.jsonl'));
    expect(paths.length - unfinished.length).toBeGreaterThan(attempt);
  }
});

async function expectWhole(path: string, run: NonNullable<Awaited<ReturnType<typeof readRun>>>) {
  expect(run.log.map(({ kind, step }) => `${kind} ${step}`)).toEqual(['steps 1', 'steps 2', 'epoch 2']);
  expect(path.endsWith(`run-${run.config.seed}`)).toBe(true);
  const model = await tf.loadLayersModel(modelFiles(join(path, 'model')));
  expect(model.countParams()).toBe(run.result.parameters);
  model.dispose();
}

/** Every line but the last, which the kill may have cut short. */
function expectWholeLines(path: string): void {
  if (!existsSync(path)) return;
  for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    expect(JSON.parse(line)).toHaveProperty('step');
  }
}
