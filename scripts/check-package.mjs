/**
 * Checks the package as its users get it: packed, read by the linters of packages, and installed into an empty project.
 *
 *   npm run check:package
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function run(command, args, cwd = root, quiet = false) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (!quiet || status !== 0) process.stdout.write(stdout);
  if (status !== 0) {
    process.stderr.write(stderr);
    console.error(`failed: ${command} ${args.join(' ')}`);
    process.exit(1);
  }
  return stdout;
}

run('npm', ['run', '--silent', 'build']);
run('npx', ['publint', '--strict']);
run('npx', ['attw', '--pack', '.', '--profile', 'esm-only', '--format', 'ascii']);
run('npx', ['knip']);

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-package-'));
try {
  const packed = run('npm', ['pack', '--json', '--pack-destination', folder], root, true);
  const [{ filename, files }] = JSON.parse(packed);
  const empty = files.filter(({ size }) => size === 0).map(({ path }) => path);
  if (empty.length > 0) {
    console.error(`failed: the package holds empty files: ${empty.join(', ')}`);
    process.exit(1);
  }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module' }),
  );
  const tfjs = `@tensorflow/tfjs@${devDependencies['@tensorflow/tfjs']}`;
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(folder, filename), tfjs],
    folder,
    true,
  );
  writeFileSync(
    join(folder, 'use.mjs'),
    `
import * as tf from '@tensorflow/tfjs';
import { cosineDense, dataInit, fold } from 'evenkeel';
import { cosineConv2d } from 'evenkeel/layers/cosine-conv2d';
import { weightNorm } from 'evenkeel/layers/weight-norm';
import { loadBackend } from 'evenkeel/node';
import { buildMlpStandout } from 'evenkeel/recipes/mlp-standout';
import { layerContract } from 'evenkeel/testing';

const { backend } = await loadBackend({ prefer: ['cpu'] });
await layerContract(() => cosineDense({ units: 3 }), { inputShape: [5] });
await layerContract(() => weightNorm({ layer: tf.layers.dense({ units: 3 }) }), { inputShape: [5] });
await layerContract(() => cosineConv2d({ filters: 2, kernelSize: 2 }), { inputShape: [4, 4, 1] });
const model = tf.sequential({
  layers: [weightNorm({ layer: tf.layers.dense({ units: 3, inputShape: [5] }) }), tf.layers.dropout({ rate: 0.5 })],
});
dataInit(model, tf.randomNormal([20, 5]));
const folded = fold(model);
if (folded.customLayers.length > 0 || folded.layers.some((layer) => /Norm|Dropout/.test(layer.getClassName())))
  throw new Error('fold has left a layer');
buildMlpStandout().summary(100, undefined, () => {});
console.log('installed into an empty project: layers, recipes, test kit and backend', backend, 'work');
`,
  );
  run('node', ['use.mjs'], folder);
  run('npx', ['evenkeel', '--version'], folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
