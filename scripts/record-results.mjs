/**
 * Writes the results of a finished comparison where they are quoted: the line "Measured" in each recipe, and, of the
 * comparison of all that compare trains by default, the table in README.md and recipes/README.md.
 *
 *   npx evenkeel compare --epochs 10
 *   node scripts/record-results.mjs runs/<date-time>-compare
 *   npx evenkeel compare mlp-batch-norm tiny-batches --batch-size 1 --examples 4000 --learning-rate 0.003
 *   node scripts/record-results.mjs runs/<date-time>-compare tiny-batches     the others stand beside it in its line
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { columns, engineName, percent } from '../dist/src/report/format.js';
import { readRun, runName } from '../dist/src/runs/run-folder.js';
import { comparedRecipes } from '../dist/src/training/recipes.js';
import { summarize } from '../dist/src/training/summary.js';
import { replaceBetween } from './document.mjs';

const [folder, ...only] = process.argv.slice(2);
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

const byDefault = comparedRecipes.map(({ name }) => name).join() === settings.recipes.join();
const flags = [
  ['--seeds', settings.seeds, 3],
  ['--epochs', settings.epochs, 1],
  ['--batch-size', settings.batchSize, 128],
  ['--examples', settings.examples, null],
  ['--learning-rate', settings.learningRate, null],
].flatMap(([flag, value, usual]) => (value === usual ? [] : [`${flag} ${value}`]));
const command = ['npx evenkeel compare', ...(byDefault ? [] : settings.recipes), ...flags].join(' ');
const about =
  `MNIST, ${config.examples} training and 10000 test images, layers of ${config.hidden.join(' and ')} units, batches of ` +
  `${config.batchSize}, plain SGD, ${config.epochs} epochs; mean ± standard deviation over ${settings.seeds} seeds, ` +
  `of the test set after the last epoch. \`${command}\`: ${engineName(environment)}, tfjs ${environment.tfjs}, ` +
  `Node ${environment.node}, ${environment.processor}.`;

if (byDefault) {
  replaceBetween('README.md', '<!-- results -->', '<!-- /results -->', `${table}\n\n${about}`);
  replaceBetween(
    'recipes/README.md',
    '<!-- results -->',
    '<!-- /results -->',
    `${table.replaceAll('(recipes/', '(')}\n\n${about}`,
  );
}

const accuracy = (row) => `${percent(row.testAccuracy)} ± ${percent(row.testAccuracyDeviation)} %`;
const recorded = rows.filter(({ recipe }) => only.length === 0 || only.includes(recipe));
const beside = rows.filter((row) => !recorded.includes(row)).map((row) => `, ${row.recipe} ${accuracy(row)}`);
const epochs = `${config.epochs} epoch${config.epochs === 1 ? '' : 's'}`;
const examples = settings.examples === null ? '' : ` of ${settings.examples} examples`;
for (const row of recorded) {
  const path = `recipes/${row.recipe}.ts`;
  const measured =
    `${accuracy(row)}${beside.join('')} on MNIST after ${epochs}${examples}, ${settings.seeds} seeds ` +
    `(\`${command}\`).`;
  const source = readFileSync(path, 'utf8').replace(/\n \* Measured: [\s\S]*?(?=\n \*\/)/, '');
  writeFileSync(
    path,
    source.replace(/\n \*\/\nimport/, `\n${wrapped(`Measured: ${measured}`)}\n */\nimport`),
  );
}

/** Lines of a comment, those after the first indented. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line && line.length + word.length > 112) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.map((line) => ` * ${line}`).join('\n');
}
execFileSync('npx', ['biome', 'format', '--write', 'recipes'], { stdio: 'ignore' });
console.log(`${table}\n\n${about}`);
