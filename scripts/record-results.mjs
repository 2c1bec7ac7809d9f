/**
 * Writes the results of a finished comparison where they are quoted: the table in README.md and recipes/README.md, and
 * the line "Measured" in each recipe.
 *
 *   npx evenkeel compare --epochs 10
 *   node scripts/record-results.mjs runs/<date-time>-compare
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { columns, percent } from '../dist/src/report/format.js';
import { readRun, runName } from '../dist/src/runs/run-folder.js';
import { summarize } from '../dist/src/training/summary.js';
import { replaceBetween } from './document.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error(
    'name the folder of a finished comparison: node scripts/record-results.mjs runs/<date-time>-compare',
  );
  process.exit(2);
}
const settings = JSON.parse(readFileSync(join(folder, 'compare.json'), 'utf8'));
const runs = [];
for (const recipe of settings.recipes) {
  for (let seed = 1; seed <= settings.seeds; seed++) {
    const run = await readRun(join(folder, runName({ recipe, seed })));
    if (!run)
      throw new Error(`${recipe}, seed ${seed} is not finished: npx evenkeel compare --resume ${folder}`);
    runs.push(run);
  }
}
const rows = summarize(runs);
const { config, environment } = runs[0];

const line = (cells) => `| ${cells.join(' | ')} |`;
const table = [
  line(columns.map(({ name }) => name)),
  line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
  ...rows.map((row) =>
    line(columns.map(({ name, cell }) => (name === 'recipe' ? link(row.recipe) : cell(row)))),
  ),
].join('\n');
function link(recipe) {
  return `[${recipe}](recipes/${recipe}.ts)`;
}

const command = `npx evenkeel compare --epochs ${config.epochs}`;
const about =
  `MNIST, ${config.examples} training and 10000 test images, layers of ${config.hidden.join(' and ')} units, batches of ` +
  `${config.batchSize}, plain SGD, ${config.epochs} epochs; mean ± standard deviation over ${settings.seeds} seeds, ` +
  `of the test set after the last epoch. \`${command}\`: ${environment.backend} backend, TensorFlow ` +
  `${environment.tensorflow}, tfjs ${environment.tfjs}, Node ${environment.node}, ${environment.processor}.`;

replaceBetween('README.md', '<!-- results -->', '<!-- /results -->', `${table}\n\n${about}`);
replaceBetween(
  'recipes/README.md',
  '<!-- results -->',
  '<!-- /results -->',
  `${table.replaceAll('(recipes/', '(')}\n\n${about}`,
);

for (const row of rows) {
  const path = `recipes/${row.recipe}.ts`;
  const measured =
    ` * Measured: ${percent(row.testAccuracy)} ± ${percent(row.testAccuracyDeviation)} % on MNIST after ${config.epochs} ` +
    `epochs, ${settings.seeds} seeds (\`${command}\`).`;
  const source = readFileSync(path, 'utf8').replace(/\n \* Measured: .*/, '');
  writeFileSync(path, source.replace(/\n \*\/\nimport/, `\n${measured}\n */\nimport`));
}
execFileSync('npx', ['biome', 'format', '--write', 'recipes'], { stdio: 'ignore' });
console.log(`${table}\n\n${about}`);
