/**
 * What bfloat16 products do to the accuracy on the test set: each seed once in float32 and once in bfloat16, from the
 * same weights with the same order of examples, each run in a process of its own.
 *
 *   npm run precision-accuracy                       mlp-relu with the hidden layers of the benchmark, five seeds
 *   npm run precision-accuracy cnn-batch-norm -- --epochs 1
 *   npm run precision-accuracy -- --record           writes the table into README.md too
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { accelerate } from '../dist/src/accelerate/index.js';
import { loadBackend, loadMnist } from '../dist/src/node.js';
import { requireRecipe } from '../dist/src/training/recipes.js';
import { deviation, mean } from '../dist/src/training/statistics.js';
import { train } from '../dist/src/training/train.js';
import { environment, replaceBetween } from './document.mjs';

const PRECISIONS = ['float32', 'bfloat16'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '5' },
    hidden: { type: 'string', default: '1000,1000' },
    record: { type: 'boolean', default: false },
    /** One run, as JSON: what the children of this script are told. */
    run: { type: 'string' },
  },
});

if (values.run) {
  console.log(JSON.stringify(await result(JSON.parse(values.run))));
  process.exit();
}

async function result({ precision, ...config }) {
  const loaded = await loadBackend({ prefer: ['native'], precision });
  if (loaded.precision !== precision) throw new Error(loaded.reason);
  accelerate();
  const recipe = requireRecipe(config.recipe);
  const { train: examples, test } = await loadMnist();
  const whole = { ...config, learningRate: recipe.learningRate, examples: examples.count, holdOut: 0 };
  const data = { train: examples, evaluation: test, test };
  for await (const event of train(recipe, whole, data)) if (event.kind === 'end') return event.result;
}

/** Percent. */
function accuracy(config) {
  const args = [fileURLToPath(import.meta.url), '--run', JSON.stringify(config)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(1);
  return 100 * JSON.parse(stdout.trimEnd().split('\n').at(-1)).testAccuracy;
}

const [recipe = 'mlp-relu'] = positionals;
const [epochs, seeds] = [Number(values.epochs), Number(values.seeds)];
for (const [name, value] of Object.entries({ epochs, seeds })) {
  if (Number.isInteger(value) && value > 0) continue;
  console.error(`--${name} must be a positive integer, received ${values[name]}.`);
  process.exit(2);
}
const hidden = values.hidden.split(',').map(Number);
const pairs = [];
for (let seed = 1; seed <= seeds; seed++) {
  const config = { recipe, seed, epochs, batchSize: 128, hidden };
  pairs.push(PRECISIONS.map((precision) => accuracy({ ...config, precision })));
  console.error(
    `seed ${seed}: ${pairs
      .at(-1)
      .map((value) => value.toFixed(2))
      .join(' float32, ')} bfloat16`,
  );
}

const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
const differences = pairs.map(([a, b]) => b - a);
const standardError = deviation(differences) / Math.sqrt(seeds);
const means = [0, 1].map((column) => mean(pairs.map((pair) => pair[column])).toFixed(2));
const rows = [
  ['seed', ...PRECISIONS, 'difference'],
  ['---:', '---:', '---:', '---:'],
  ...pairs.map(([a, b], i) => [i + 1, a.toFixed(2), b.toFixed(2), signed(b - a)]),
  ['mean', ...means, `${signed(mean(differences))} ± ${standardError.toFixed(2)}`],
];
const command = ['npm run precision-accuracy', ...positionals].join(' ');
const net =
  requireRecipe(recipe).input === 'image'
    ? recipe
    : `${recipe} with hidden layers of ${hidden.join(' and ')}`;
const text = `${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

Test accuracy in %, ${net}, ${epochs} epochs in batches of 128; ± is the standard error of the mean difference. \`${command}\`: ${await environment()}.`;
console.log(`\n${text}`);
if (values.record) {
  replaceBetween('README.md', '<!-- precision-accuracy -->', '<!-- /precision-accuracy -->', text);
}
