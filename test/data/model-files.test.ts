import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildMlpAnnealedDropout } from '../../recipes/mlp-annealed-dropout.js';
import { modelFiles } from '../../src/data/model-files.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const small = () => buildMlpAnnealedDropout({ inputSize: 4, hidden: [8], classes: 2, steps: 10 });

describe('modelFiles', () => {
  it('brings back weights, step counters, and the optimizer', async () => {
    const model = small();
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const [x, y] = [
      tf.randomUniform([16, 4], 0, 1, 'float32', 1),
      tf.oneHot(tf.range(0, 16).mod(2).toInt(), 2),
    ];
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
    await model.save(modelFiles(folder), { includeOptimizer: true });
    const loaded = await tf.loadLayersModel(modelFiles(folder));
    loaded.weights.forEach((weight, i) => {
      const expected = model.weights[i] as tf.LayerVariable;
      expect([weight.originalName, weight.dtype]).toEqual([expected.originalName, expected.dtype]);
      expect(weight.read().dataSync()).toEqual(expected.read().dataSync());
    });
    // The next step is that of the model that was saved: same mask, same moments of Adam.
    expect(await loaded.trainOnBatch(x, y)).toEqual(await model.trainOnBatch(x, y));
  });

  it('replaces a model as a whole and leaves nothing of the old one', async () => {
    await small().save(modelFiles(folder));
    await small().save(modelFiles(folder));
    // Saves that were killed, of this version and of an older one, and a file of the user's own.
    const digest = '0'.repeat(16);
    for (const name of [
      `weights-${digest}.bin`,
      `weights-${digest}.bin.0a1b2c3d.partial`,
      'model.json.0a1b2c3d.partial',
      `weights-${digest}0a1b2c3d.bin`,
      `model.json.${digest}0a1b2c3d.${deadProcess()}.partial`,
      'notes.txt',
    ]) {
      writeFileSync(join(folder, name), 'x');
    }
    const second = buildMlpAnnealedDropout({ inputSize: 4, hidden: [8], classes: 2, seed: 2 });
    await second.save(modelFiles(folder));
    expect(readdirSync(folder).map((name) => name.replace(/[0-9a-f]{24}/, 'DIGEST'))).toEqual([
      'model.json',
      'notes.txt',
      'weights-DIGEST.bin',
    ]);
    const loaded = await tf.loadLayersModel(modelFiles(folder));
    expect(loaded.getWeights()[0]?.dataSync()).toEqual(second.getWeights()[0]?.dataSync());
  });

  it.each([
    [
      'no model',
      () => rmSync(join(folder, 'model.json')),
      /^no model at .*model\.json \(ENOENT\); name the folder that holds model\.json$/,
    ],
    [
      'half a model.json',
      () => truncateSync(join(folder, 'model.json'), 100),
      /is not a model of tfjs layers; save the model again$/,
    ],
    [
      'another JSON',
      () => writeFileSync(join(folder, 'model.json'), '{"a": 1}'),
      /is not a model of tfjs layers/,
    ],
    [
      'cut weights',
      () => truncateSync(weightsPath(), 20),
      /^the weights in .* are damaged: 20 bytes, expected \d+; save the model again$/,
    ],
    [
      'no weights',
      () => rmSync(weightsPath()),
      /^cannot read .*weights-\w+\.bin \(ENOENT\); save the model again$/,
    ],
  ])('says in one line that there is %s', async (_, damage, expected) => {
    await small().save(modelFiles(folder));
    damage();
    await expect(tf.loadLayersModel(modelFiles(folder))).rejects.toThrow(expected);
  });

  it('says that a folder cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(small().save(modelFiles(join(folder, 'file')))).rejects.toThrow(
      /^cannot save the model to .* \(EEXIST\); choose a folder that can be written$/,
    );
  });

  it('keeps a whole model, old or new, when the process is killed while it saves', async () => {
    const script = join(folder, 'save.mjs');
    writeFileSync(
      script,
      `import * as tf from '${import.meta.resolve('@tensorflow/tfjs')}';
       import { modelFiles } from '${new URL('../../dist/src/data/model-files.js', import.meta.url)}';
       tf.findBackend('cpu').firstUse = false;
       await tf.setBackend('cpu');
       const dense = (units) => tf.sequential({ layers: [tf.layers.dense({
         units, inputShape: [300],
         kernelInitializer: tf.initializers.constant({ value: units }),
         biasInitializer: tf.initializers.constant({ value: units }),
       })] });
       const models = [dense(300), dense(200)];
       for (let n = 0; ; n++) {
         await models[n % 2].save(modelFiles('${join(folder, 'saved')}'));
         if (n === 1) process.send('saving');
       }`,
    );
    for (let attempt = 0; attempt < 6; attempt++) {
      const child = fork(script, { silent: true });
      await new Promise((resolve) => child.once('message', resolve));
      await new Promise((resolve) => setTimeout(resolve, 7 * attempt));
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
      const loaded = await tf.loadLayersModel(modelFiles(join(folder, 'saved')));
      const [kernel, bias] = loaded.getWeights() as [tf.Tensor, tf.Tensor];
      // The numbers are those of the shape: a mixture of the two models would show.
      expect([200, 300]).toContain(bias.size);
      expect(new Set([...kernel.dataSync(), ...bias.dataSync()])).toEqual(new Set([bias.size]));
      loaded.dispose();
    }
  });
});

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function weightsPath(): string {
  const { weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  return join(folder, weightsManifest[0].paths[0]);
}

it('is whole after several saves at once', async () => {
  const models = [1, 2, 3].map((seed) =>
    buildMlpAnnealedDropout({ inputSize: 4, hidden: [8], classes: 2, seed }),
  );
  await Promise.all(models.map((model) => model.save(modelFiles(folder))));
  const loaded = await tf.loadLayersModel(modelFiles(folder));
  expect(loaded.getWeights()[0]?.dataSync()).toEqual(models[2]?.getWeights()[0]?.dataSync());
});

it('knows weights of the right length and other content', async () => {
  await small().save(modelFiles(folder));
  writeFileSync(weightsPath(), Buffer.alloc(readFileSync(weightsPath()).length, 0xff));
  await expect(tf.loadLayersModel(modelFiles(folder))).rejects.toThrow(
    /is damaged: its content is not what its name says; save the model again$/,
  );
});
