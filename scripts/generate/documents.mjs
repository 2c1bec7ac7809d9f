import { readFileSync } from 'node:fs';
import { rowsOfAccelerations } from './accelerations.mjs';

/** The documents whose tables name every layer or recipe, by path. */
export function documents(layers, recipes) {
  return {
    'README.md': readme(layers),
    'layers/README.md': between(
      'layers/README.md',
      'layers',
      table(
        ['layer', 'paper', 'equation', 'op', 'recipe'],
        layers.map((layer) => source(layer, recipes)),
      ),
    ),
    'recipes/README.md': between(
      'recipes/README.md',
      'recipes',
      table(
        ['recipe', 'what it shows'],
        recipes
          .filter(({ compared }) => !compared)
          .map(({ name, files, title }) => [`[${name}](${page(files)})`, title]),
      ),
    ),
  };
}

function readme(layers) {
  const text = readFileSync('README.md', 'utf8');
  const uses = table(['layer', 'what it does', 'take it when, or for'], layers.map(use));
  const accelerations = table(
    ['name', 'effect', 'what changes, or is wrong in tfjs 4.22'],
    rowsOfAccelerations(),
  );
  return inserted(inserted(text, 'README.md', 'layers', uses), 'README.md', 'accelerations', accelerations);
}

function use({ factory, names, does, when }) {
  const given = names.length > 0 ? `{ ${names.join(', ')} }` : '';
  return [`\`${factory}(${given})\``, does, when];
}

function source({ stem, factory, paper, equation, op }, recipes) {
  const recipe = recipes.find(({ imports }) => imports.includes(factory));
  return [
    `[\`${factory}\`](${stem}.ts)`,
    paper,
    equation,
    `[${op}](../src/ops/${op}.ts)`,
    recipe ? `[${recipe.name}](../recipes/${recipe.name}.ts)` : '',
  ];
}

/** A page is opened by its HTML file. */
const page = (files) => files.find((name) => name.endsWith('.html')) ?? files[0];

function table(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** A document with new text between its marks. */
const between = (path, name, text) => inserted(readFileSync(path, 'utf8'), path, name, text);

function inserted(old, path, name, text) {
  const [start, end] = [`<!-- ${name}: written by \`npm run generate\` -->`, `<!-- /${name} -->`];
  const [from, to] = [old.indexOf(start), old.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`${path} lacks ${start} and ${end}`);
  return `${old.slice(0, from + start.length)}\n${text}\n${old.slice(to)}`;
}
