import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/training/check-config.js';
import { inputShapeOf, requireRecipe } from '../../src/training/recipes.js';
import { dataName, type RunConfig } from '../../src/training/records.js';

const good: RunConfig = {
  recipe: 'mlp-relu',
  seed: 1,
  epochs: 1,
  batchSize: 128,
  learningRate: 0.1,
  hidden: [128],
  examples: 1000,
  holdOut: 100,
};

describe('checkConfig', () => {
  it('lets the usual pass, and the extremes', () => {
    expect(() => checkConfig(good, 1000)).not.toThrow();
    expect(() => checkConfig({ ...good, batchSize: 900, holdOut: 100 }, 1000)).not.toThrow();
    expect(() => checkConfig({ ...good, hidden: [], seed: 0 }, 1000)).not.toThrow();
  });

  it.each([
    [{ recipe: 'mlp' }, /^no recipe has the name "mlp"; there are mlp-relu, .*, custom-layer$/],
    [{ recipe: 'mlp-rellu' }, /^no recipe has the name "mlp-rellu"; did you mean mlp-relu\?$/],
    [{ learningRate: -0.1 }, /^learningRate must be a number above 0; received -0.1$/],
    [{ learningRate: Number.NaN }, /^learningRate must be a number above 0; received NaN$/],
    [{ learningRate: 0 }, /received 0$/],
    [{ batchSize: 901 }, /^batchSize must be at most 900, the number of training examples; received 901$/],
    [{ batchSize: 0 }, /^batchSize must be a positive integer; received 0$/],
    [{ epochs: 1.5 }, /^epochs must be a positive integer; received 1.5$/],
    [{ examples: 1001 }, /^examples must be at most 1000, all that the data has; received 1001$/],
    [{ holdOut: 1000 }, /^holdOut must be an integer from 0 to 999, fewer than the examples; received 1000$/],
    [{ holdOut: -1 }, /received -1$/],
    [{ hidden: [128, 0] }, /^hidden must be a positive integer; received 0$/],
    [
      { hidden: [65536, 65536] },
      /^hidden must be layers with at most 268435456 weights between two, .*; received 4294967296$/,
    ],
    [{ hidden: Array(1001).fill(1) }, /^hidden must be at most 1000 layers; received 1001$/],
    [{ seed: -1 }, /^seed must be an integer from 0 to 16777215; received -1$/],
  ])('refuses %j', (change, expected) => {
    expect(() => checkConfig({ ...good, ...change }, 1000)).toThrow(expected);
  });
});

it.each(['cnn-batch-norm', 'cnn-weight-norm', 'cnn-cosine'])(
  '%s takes images of four pixels and no fewer',
  (name) => {
    const recipe = requireRecipe(name);
    const data = {
      features: 16,
      classes: 2,
      count: 1,
      inputs: new Float32Array(16),
      labels: new Uint8Array(1),
    };
    const shape = inputShapeOf(recipe, { ...data, image: [4, 4] });
    expect(shape).toEqual([4, 4, 1]);
    expect(() => recipe.build({ inputShape: shape, classes: 2 })).not.toThrow();
    expect(() => inputShapeOf(recipe, { ...data, image: [1, 1] })).toThrow(
      `${name} takes images of at least 4 x 4 pixels; received images of 1 x 1; choose other data, or another recipe`,
    );
  },
);

it('a run is told by the name of its data', () => {
  expect([dataName(good), dataName({ ...good, data: 'fashion' })]).toEqual(['MNIST', 'fashion']);
});
