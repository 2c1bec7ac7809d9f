/**
 * How accurate each recipe is at each learning rate after one epoch, on 10 000 held-out training images, so that the
 * test set has no part in the choice. The rates that the recipes recommend come from this table.
 *
 *   npm run learning-rates [recipe...]        about ten minutes for those that compare trains, on the native backend
 *   npm run learning-rates cnn-cosine -- --examples 20000 --batch-size 128
 */
import { parseArgs } from 'node:util';
import { split, take } from '../dist/src/data/examples.js';
import { loadBackend, loadMnist } from '../dist/src/node.js';
import { comparedRecipes, recipes } from '../dist/src/training/recipes.js';
import { train } from '../dist/src/training/train.js';

const seeds = [1, 2, 3];
const usual = [0.03, 0.1, 0.2, 0.3, 0.5, 1];
const rates = {
  'mlp-cosine': [0.3, 1, 2, 3, 5, 10, 30],
  'cnn-batch-norm': [0.01, 0.02, 0.03, 0.05, 0.1],
  'cnn-weight-norm': [0.01, 0.02, 0.03, 0.05, 0.1],
  'cnn-cosine': [0.03, 0.1, 0.3, 1],
  'lstm-layer-norm': [0.001, 0.003, 0.01, 0.03],
  'tiny-batches': [0.001, 0.003, 0.01, 0.03, 0.1],
};

const { values: settings, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    examples: { type: 'string', default: '50000' },
    'batch-size': { type: 'string', default: '128' },
  },
});
const examples = Number(settings.examples);
const batchSize = Number(settings['batch-size']);
const { backend, reason } = await loadBackend();
if (reason) console.error(reason);
const all = await loadMnist();
const { train: first, heldOut } = split(all.train, 10_000, 0);
const kept = take(first, examples);

async function accuracy(recipe, learningRate, seed) {
  const config = {
    recipe: recipe.name,
    seed,
    epochs: 1,
    batchSize,
    learningRate,
    hidden: [128, 128],
    examples: examples + heldOut.count,
    holdOut: heldOut.count,
  };
  // The test set is not looked at: a few of its images stand in for it.
  const data = { train: kept, evaluation: heldOut, test: take(all.test, 100) };
  let result = Number.NaN;
  for await (const event of train(recipe, config, data)) {
    if (event.kind === 'log' && event.record.kind === 'epoch') result = event.record.evaluationAccuracy;
  }
  return 100 * result;
}

console.log(
  `backend ${backend}, ${examples} examples in batches of ${batchSize}, hold-out accuracy in %, seeds ${seeds.join(', ')}: ` +
    'lowest to highest',
);
const chosen = names.length === 0 ? comparedRecipes : recipes.filter(({ name }) => names.includes(name));
for (const recipe of chosen) {
  for (const rate of rates[recipe.name] ?? usual) {
    const results = [];
    for (const seed of seeds)
      results.push(await accuracy(recipe, rate, seed).catch((error) => error.message));
    const sorted = results.toSorted((a, b) => a - b).map((value) => Number(value).toFixed(2));
    console.log(`${recipe.name.padEnd(21)} ${String(rate).padStart(5)}  ${sorted.join('  ')}`);
  }
}
