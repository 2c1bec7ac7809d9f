/**
 * How accurate each recipe is at each learning rate after one epoch, on 10 000 held-out training images, so that the
 * test set has no part in the choice. The rates that the recipes recommend come from this table.
 *
 *   npm run learning-rates [recipe...]        about ten minutes for all on the native backend
 */
import { split, take } from '../dist/src/data/examples.js';
import { loadBackend, loadMnist } from '../dist/src/node.js';
import { recipes } from '../dist/src/training/recipes.js';
import { train } from '../dist/src/training/train.js';

const seeds = [1, 2, 3];
const usual = [0.03, 0.1, 0.2, 0.3, 0.5, 1];
const rates = { 'mlp-cosine': [0.3, 1, 2, 3, 5, 10, 30] };

const names = process.argv.slice(2);
const { backend, reason } = await loadBackend();
if (reason) console.error(reason);
const all = await loadMnist();
const { train: kept, heldOut } = split(all.train, 10_000, 0);

async function accuracy(recipe, learningRate, seed) {
  const config = {
    recipe: recipe.name,
    seed,
    epochs: 1,
    batchSize: 128,
    learningRate,
    hidden: [128, 128],
    examples: all.train.count,
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

console.log(`backend ${backend}, hold-out accuracy in %, seeds ${seeds.join(', ')}: lowest to highest`);
for (const recipe of recipes.filter(({ name }) => names.length === 0 || names.includes(name))) {
  for (const rate of rates[recipe.name] ?? usual) {
    const results = [];
    for (const seed of seeds)
      results.push(await accuracy(recipe, rate, seed).catch((error) => error.message));
    const sorted = results.toSorted((a, b) => a - b).map((value) => Number(value).toFixed(2));
    console.log(`${recipe.name.padEnd(21)} ${String(rate).padStart(5)}  ${sorted.join('  ')}`);
  }
}
