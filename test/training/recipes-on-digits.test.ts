import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import catalogue from '../../catalogue.json' with { type: 'json' };
import { type Examples, loadBackend, loadMnist, take } from '../../src/node.js';
import { inputShapeOf, recipes } from '../../src/training/recipes.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

/** The cross-entropy of the last of three epochs over a thousand digits; 2.3 is that of a guess. A third above what was seen. */
const limits = new Map(
  Object.values(catalogue.recipes).flatMap((group) =>
    Object.entries(group).map(([name, recipe]) => [name, 'lossOnDigits' in recipe ? recipe.lossOnDigits : 0]),
  ),
);

let digits: Examples;
let labels: tf.Tensor2D;
beforeAll(async () => {
  await loadBackend();
  // As the command line trains; batches of one by tfjs's own layer norm would take a minute and a half.
  accelerate();
  digits = take((await loadMnist()).train, 1024);
  labels = tf.oneHot(tf.tensor1d(digits.labels, 'int32'), 10).toFloat() as tf.Tensor2D;
});
afterAll(() => {
  accelerate.restore();
  labels.dispose();
});

test.for([...recipes])(
  '$name learns to read a thousand real digits',
  { timeout: 120_000 },
  async (recipe, { skip }) => {
    const { name, build } = recipe;
    skip(recipe.input === 'image' && !trainsConvolutions(), NO_GRADIENT);
    const steps = 3 * (name === 'tiny-batches' ? 1024 : 32);
    const inputShape = inputShapeOf(recipe, digits);
    const model = build({ inputShape, steps, seed: 1 });
    const x = tf.tensor(digits.inputs, [1024, ...inputShape]);
    const batchSize = name === 'tiny-batches' ? 1 : 32;
    const { history } = await model.fit(x, labels, { epochs: 3, batchSize, shuffle: false, verbose: 0 });
    const losses = history.loss as number[];
    expect(losses.at(-1)).toBeLessThan(limits.get(name) ?? 0);
  },
);
