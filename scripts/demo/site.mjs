/** Makes the folder that the demo serves: recipes/browser built, with the models and examples it reads. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { fold } from '../../dist/src/index.js';
import { loadBackend, loadMnist, modelFiles } from '../../dist/src/node.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = join(root, 'recipes/browser');

/** The folders of finished runs of a recipe under `folder`, those inside comparisons too, oldest first. */
export function finishedRuns(folder, recipe) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('result.json'))
    .map((path) => dirname(join(folder, path)))
    .filter((run) => existsSync(join(run, 'model/model.json')) && recipeOf(run) === recipe)
    .sort();
}

function recipeOf(run) {
  try {
    return JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).recipe;
  } catch {
    return undefined;
  }
}

/**
 * @param model the folder of a trained model of 784 numbers and ten classes
 * @returns the folder to serve, which lives as long as this process
 */
export async function makeSite(model) {
  const { tf } = await loadBackend({ prefer: ['native', 'cpu'] });
  const trained = await tf.loadLayersModel(modelFiles(model));
  requireDigits(trained, model);

  const out = mkdtempSync(join(tmpdir(), 'evenkeel-demo-'));
  process.once('exit', () => rmSync(out, { recursive: true, force: true }));
  const publicDir = join(out, 'public');
  mkdirSync(publicDir, { recursive: true });
  await trained.save(modelFiles(join(publicDir, 'models/custom')));
  await fold(trained).save(modelFiles(join(publicDir, 'models/folded')));
  writeFileSync(join(publicDir, 'examples.json'), JSON.stringify(await examples()));

  const outDir = join(out, 'site');
  await build({
    root: page,
    configFile: join(page, 'vite.config.ts'),
    publicDir,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}

function requireDigits({ inputs, outputs }, folder) {
  const shapes = (tensors) => tensors.map(({ shape }) => `[${shape.slice(1)}]`).join(', ');
  const size = inputs[0].shape.slice(1).reduce((product, n) => product * n, 1);
  const right = inputs.length === 1 && outputs.length === 1 && size === 784;
  if (right && `${outputs[0].shape.slice(1)}` === '10') return;
  throw new Error(
    `the model in ${folder} takes ${shapes(inputs)} and answers ${shapes(outputs)}; the page needs one that takes 28 x 28 pixels and answers 10 digits`,
  );
}

/** The first test image of each digit, rounded as far as a screen shows. */
async function examples() {
  const { test } = await loadMnist();
  return Array.from({ length: 10 }, (_, digit) => {
    const at = test.labels.indexOf(digit) * test.features;
    return Array.from(test.inputs.subarray(at, at + test.features), (value) => Math.round(value * 255) / 255);
  });
}

/** Serves the folder to this machine alone; the port after it where it is taken. */
export async function serve(folder, port) {
  const server = await preview({
    root: dirname(folder),
    configFile: false,
    // A file that is missing is missing: no page in its place.
    appType: 'mpa',
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port },
  });
  return { address: server.resolvedUrls.local[0], close: () => server.close() };
}
