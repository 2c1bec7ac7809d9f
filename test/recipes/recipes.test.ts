import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recipe, recipes } from '../../src/training/recipes.js';

const inputSize = 12;
const hidden = [16, 16];
const classes = 3;
const batch = 32;
const steps = 60;

/** Inputs whose class is the largest of their first three coordinates: a dense model learns it in a few steps. */
function examples(): [tf.Tensor2D, tf.Tensor2D] {
  const x = tf.randomNormal<tf.Rank.R2>([batch * 8, inputSize], 0, 1, 'float32', 3);
  return [
    x,
    tf.tidy(() => tf.oneHot(x.slice([0, 0], [-1, classes]).argMax(1), classes).toFloat() as tf.Tensor2D),
  ];
}

const denseParameters = (inputs: number, units: number, useBias: boolean) =>
  units * (inputs + (useBias ? 1 : 0));

/** Trainable numbers of one hidden block, by recipe, as formulas of its sizes. */
const blockParameters: Record<string, (inputs: number, units: number) => number> = {
  'mlp-relu': (n, m) => denseParameters(n, m, true),
  'mlp-batch-norm': (n, m) => denseParameters(n, m, false) + 2 * m,
  'mlp-layer-norm': (n, m) => denseParameters(n, m, false) + 2 * m,
  'mlp-weight-norm': (n, m) => denseParameters(n, m, true) + m,
  'mlp-cosine': (n, m) => denseParameters(n, m, false),
  'mlp-dropout': (n, m) => denseParameters(n, m, true),
  'mlp-annealed-dropout': (n, m) => denseParameters(n, m, true),
  'mlp-standout': (n, m) => denseParameters(n, m, true),
  'mlp-drop-connect': (n, m) => denseParameters(n, m, true),
  'mlp-rrelu': (n, m) => denseParameters(n, m, true),
  'dropout-after-batch-norm': (n, m) => denseParameters(n, m, false) + 2 * m,
};

describe.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', (name, recipe: Recipe) => {
  let model: tf.LayersModel;
  const build = (seed = 1) => recipe.build({ inputSize, hidden, classes, steps, seed });

  beforeEach(() => {
    model = build();
  });
  afterEach(() => {
    model.optimizer.dispose();
    model.dispose();
  });

  it('has the layers of its description, named by depth', () => {
    const names = model.layers.map((layer) => layer.name);
    expect(names.filter((layer) => layer.startsWith('hidden_'))).toEqual(['hidden_1', 'hidden_2']);
    expect(names.at(-1)).toBe('output');
    const trainable = model.trainableWeights.reduce(
      (sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]),
      0,
    );
    const block = blockParameters[name] as (inputs: number, units: number) => number;
    expect(trainable).toBe(block(inputSize, 16) + block(16, 16) + denseParameters(16, classes, true));
  });

  it('starts the same from the same seed and otherwise from another', () => {
    const x = tf.randomNormal([4, inputSize], 0, 1, 'float32', 5);
    const output = (seed: number): Float32Array => {
      const other = build(seed);
      const y = tf.tidy(() => (other.predict(x) as tf.Tensor).dataSync().slice() as Float32Array);
      other.optimizer.dispose();
      other.dispose();
      return y;
    };
    expect(output(1)).toEqual(output(1));
    expect(output(0)).toEqual(output(0));
    expect(output(2)).not.toEqual(output(1));
    x.dispose();
  });

  it('learns, without keeping a tensor from one step to the next', async () => {
    const [x, y] = examples();
    const lossBefore = await loss(model, x, y);
    let settled = 0;
    for (let step = 0; step < steps; step++) {
      const from = (step % 8) * batch;
      const [xs, ys] = [x.slice(from, batch), y.slice(from, batch)];
      await model.trainOnBatch(xs, ys);
      xs.dispose();
      ys.dispose();
      if (step === 1) settled = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(settled);
    expect(await loss(model, x, y)).toBeLessThan(0.5 * lossBefore);
    x.dispose();
    y.dispose();
  });

  it('predicts the same when saved and loaded', async () => {
    const [x, y] = examples();
    await model.trainOnBatch(x, y);
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts as tf.io.ModelArtifacts));
    const [expected, actual] = [model.predict(x) as tf.Tensor, loaded.predict(x) as tf.Tensor];
    expect(actual).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-7 });
    loaded.dispose();
    tf.dispose([x, y, expected, actual]);
  });
});

async function loss(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): Promise<number> {
  const [value, accuracy] = model.evaluate(x, y, { batchSize: batch * 8 }) as [tf.Scalar, tf.Scalar];
  const [number] = await value.data();
  tf.dispose([value, accuracy]);
  return number as number;
}
