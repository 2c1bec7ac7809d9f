import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recipe, recipes } from '../../src/training/recipes.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

const inputSize = 12;
const hidden = [16, 16];
const classes = 3;
const batch = 32;
/** A step takes longest in a browser without graphics: there a loss has to fall, elsewhere to half. */
const [steps, fall] = tf.getBackend() === 'webgl' ? [12, 0.9] : [60, 0.5];

/** The shape of an example: a vector, a small image, or its rows. */
const shapes = { vector: [inputSize], image: [8, 8, 1], rows: [6, 4] };

/** What single recipes take beside the options of all. */
const small: object = { filters: [4, 8], units: 8 };

/** The size of a step, where a recipe is made for another. */
const sizes: Record<string, number> = { 'tiny-batches': 1 };

/** Noise in which one of three parts is brighter, which is the class: a few steps learn it. */
function examples({ input }: Recipe): [tf.Tensor, tf.Tensor2D] {
  return tf.tidy(() => {
    const count = batch * 8;
    const size = tf.util.sizeFromShape(shapes[input]);
    const labels = tf.range(0, count, 1, 'int32').mod(tf.scalar(classes, 'int32')) as tf.Tensor1D;
    const part = tf
      .range(0, size)
      .mul(classes / size)
      .floor();
    const bright = tf.equal(labels.expandDims(1), part.toInt()).toFloat();
    const x = tf.randomNormal([count, size], 0, 0.5, 'float32', 3).add(bright);
    return [x.reshape([count, ...shapes[input]]), tf.oneHot(labels, classes).toFloat() as tf.Tensor2D];
  });
}

const denseParameters = (inputs: number, units: number, useBias: boolean) =>
  units * (inputs + (useBias ? 1 : 0));

/** Trainable numbers of one hidden block of a perceptron, by recipe, where it has others than a dense layer. */
const blockParameters: Record<string, (inputs: number, units: number) => number> = {
  'mlp-batch-norm': (n, m) => denseParameters(n, m, false) + 2 * m,
  'mlp-layer-norm': (n, m) => denseParameters(n, m, false) + 2 * m,
  'mlp-weight-norm': (n, m) => denseParameters(n, m, true) + m,
  'mlp-cosine': (n, m) => denseParameters(n, m, false),
  'dropout-after-batch-norm': (n, m) => denseParameters(n, m, false) + 2 * m,
  'tiny-batches': (n, m) => denseParameters(n, m, false) + 2 * m,
  'custom-layer': (n, m) => denseParameters(n, m, true) + m,
};

/** The same of a convolution of 3 x 3. */
const convParameters: Record<string, (inputs: number, filters: number) => number> = {
  'cnn-batch-norm': (n, m) => 9 * n * m + 2 * m,
  'cnn-weight-norm': (n, m) => 9 * n * m + 2 * m,
  'cnn-cosine': (n, m) => 9 * n * m,
};

function parametersOf({ name, input }: Recipe): number {
  const block = blockParameters[name] ?? ((n, m) => denseParameters(n, m, true));
  if (input === 'vector') return block(inputSize, 16) + block(16, 16) + denseParameters(16, classes, true);
  const conv = convParameters[name];
  // 8 x 8 pixels, pooled twice.
  if (conv) return conv(1, 4) + conv(4, 8) + denseParameters(2 * 2 * 8, classes, true);
  // Two products into four gates of 8 units with their gains, one bias; gain and bias of the cell.
  const [, features] = shapes.rows as [number, number];
  return 4 * 8 * (features + 8 + 3) + 2 * 8 + denseParameters(8, classes, true);
}

describe.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', (name, recipe: Recipe) => {
  let model: tf.LayersModel;
  const inputShape = shapes[recipe.input];
  const build = (seed = 1) => recipe.build({ inputSize, inputShape, hidden, classes, steps, seed, ...small });

  beforeEach(() => {
    model = build();
  });
  afterEach(() => {
    model.optimizer.dispose();
    model.dispose();
  });

  it('has the layers of its description, named by depth', () => {
    const names = model.layers.map((layer) => layer.name);
    const [first] = names.filter((layer) => /^(hidden|conv)_/.test(layer));
    expect(first).toMatch(/_1$/);
    expect(names.at(-1)).toBe('output');
    const trainable = model.trainableWeights.reduce(
      (sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]),
      0,
    );
    expect(trainable).toBe(parametersOf(recipe));
  });

  it('starts the same from the same seed and otherwise from another', () => {
    const x = tf.randomNormal([4, ...inputShape], 0, 1, 'float32', 5);
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

  it('learns, without keeping a tensor from one step to the next', async ({ skip }) => {
    skip(recipe.input === 'image' && !trainsConvolutions(), NO_GRADIENT);
    const [x, y] = examples(recipe);
    const batch = sizes[name] ?? 32;
    const lossBefore = await loss(model, x, y);
    let settled = 0;
    // As many examples as make a mark, in small steps too.
    for (let step = 0; step < Math.max(steps, (5 * steps) / batch); step++) {
      const from = (step * batch) % (x.shape[0] as number);
      const [xs, ys] = [x.slice(from, batch), y.slice(from, batch)];
      await model.trainOnBatch(xs, ys);
      xs.dispose();
      ys.dispose();
      if (step === 1) settled = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(settled);
    expect(await loss(model, x, y)).toBeLessThan(fall * lossBefore);
    x.dispose();
    y.dispose();
  });

  it('predicts the same when saved and loaded', async () => {
    const [x, y] = examples(recipe);
    if (recipe.input !== 'image' || trainsConvolutions()) await model.trainOnBatch(x, y);
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
