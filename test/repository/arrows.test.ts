import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/**
 * What each folder may import: folders of the repository, and packages. `src` itself holds the public entries. A folder may
 * always import from itself.
 */
const ALLOWED: Record<string, string> = {
  'src/tfjs': 'src/errors tfjs',
  'src/ops': 'src/tfjs src/steps tfjs',
  'src/random': 'src/ops src/steps tfjs',
  'src/schedules': 'src/errors',
  'src/layer': 'src/errors src/tfjs src/ops src/random src/steps tfjs',
  'src/wrapping': 'src/errors src/tfjs src/ops src/layer tfjs',
  layers: 'src/errors src/tfjs src/steps src/ops src/random src/schedules src/layer src/wrapping tfjs',
  'src/entries': 'src/layer layers',
  'src/callbacks': 'src/errors src/tfjs src/schedules tfjs',
  'src/initialization': 'src/errors src/tfjs layers tfjs',
  'src/inference': 'src/errors src/tfjs src/layer tfjs',
  'src/accelerate': 'src/errors src/tfjs src/steps src/ops src/random tfjs',
  'src/testing': 'tfjs',
  src: 'src/callbacks src/data src/inference src/initialization src/layer src/native src/schedules layers node:',
  'src/data': 'src/errors src/random tfjs node:',
  'src/native': 'src src/errors src/tfjs tfjs node: proper-lockfile yauzl',
  recipes: 'evenkeel evenkeel/node evenkeel/testing tfjs',
  'src/training': 'src/errors src/callbacks src/data recipes tfjs',
  'src/runs': 'src/errors src/data src/training tfjs node:',
  'src/report': 'src/training @observablehq/plot cli-table3 jstat',
  'src/cli':
    'src src/errors src/tfjs src/accelerate src/data src/inference src/native src/report src/runs src/training ' +
    'tfjs node: cli-progress cli-table3 commander proper-lockfile',
};

const files = ['src', 'layers', 'recipes']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  // The page in recipes/browser is a project of its own.
  .filter((file) => file.endsWith('.ts') && !file.startsWith('recipes/browser/'));

const imports = new Map(
  files.map((file) => [
    file,
    ts
      .preProcessFile(readFileSync(file, 'utf8'), true, true)
      .importedFiles.map(({ fileName }) =>
        fileName.startsWith('.')
          ? posix.join(posix.dirname(file), fileName).replace(/\.js$/, '.ts')
          : fileName,
      ),
  ]),
);

/** The folder of the list that a file is in; of a package, its name as the list writes it. */
function place(imported: string): string {
  if (imported.startsWith('node:')) return 'node:';
  if (imported === '@tensorflow/tfjs') return 'tfjs';
  if (!imported.endsWith('.ts')) return imported;
  const [top, folder, ...rest] = imported.split('/') as [string, string, ...string[]];
  return top === 'src' && rest.length > 0 ? `${top}/${folder}` : top;
}

test('each folder imports only what the list allows', () => {
  const forbidden = [...imports].flatMap(([file, imported]) => {
    const from = place(file);
    const allowed = [from, ...(ALLOWED[from]?.split(' ') ?? [])];
    return imported.filter((each) => !allowed.includes(place(each))).map((each) => `${file} -> ${each}`);
  });
  expect(forbidden).toEqual([]);
});

test('the list allows nothing that is not imported', () => {
  const used = new Map<string, Set<string>>();
  for (const [file, imported] of imports) {
    const places = used.get(place(file)) ?? new Set();
    for (const each of imported) places.add(place(each));
    used.set(place(file), places);
  }
  const spare = Object.entries(ALLOWED).flatMap(([from, allowed]) =>
    allowed
      .split(' ')
      .filter((each) => !used.get(from)?.has(each))
      .map((each) => `${from} -> ${each}`),
  );
  expect(spare).toEqual([]);
});

test('no file imports itself, by however many others', () => {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
