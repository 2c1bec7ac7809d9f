/**
 * Runs the packed package on the newest release of every major version of Node from 20 on, and on the oldest one that it
 * names (`engines`). The programs of Node come from npm, as the package `node-<system>-<processor>`; npm keeps them in its
 * cache.
 *
 *   npm run check:nodes
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { devDependencies, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const program = `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const install = (folder, ...packages) =>
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], folder);

const versions = JSON.parse(npm(['view', program, 'versions', '--json'], root))
  .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
  .map((version) => version.split('.').map(Number))
  .sort(([a, b, c], [d, e, f]) => a - d || b - e || c - f);
const [major, minor] = /(\d+)\.(\d+)/.exec(engines.node).slice(1).map(Number);
const supported = versions.filter(([a, b]) => a > major || (a === major && b >= minor));
const newest = supported.filter(([a], i) => supported[i + 1]?.[0] !== a);
const chosen = [...new Set([supported[0], ...newest])].map((version) => version.join('.'));

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-nodes-'));
const project = join(folder, 'project');
try {
  mkdirSync(project);
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], root));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  cpSync(join(root, 'test/package/app'), project, { recursive: true });
  install(project, join(folder, filename), `@tensorflow/tfjs@${devDependencies['@tensorflow/tfjs']}`);
  const failed = chosen.filter((version) => !works(version));
  if (failed.length > 0) {
    console.error(`failed: Node ${failed.join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One version after the other, since a program of Node takes 100 MB. */
function works(version) {
  const place = join(folder, version);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true }');
  install(place, `${program}@${version}`);
  const node = ['node', 'node.exe']
    .map((name) => join(place, 'node_modules', program, 'bin', name))
    .find((path) => existsSync(path));
  if (!node) throw new Error(`${program}@${version} holds no program: look into its folder bin`);
  const run = (...args) => spawnSync(node, args, { cwd: project, encoding: 'utf8' });
  const requires = run('-p', 'process.features.require_module === true').stdout.trim() === 'true';
  const runs = [
    { name: 'import', ...run('import.js') },
    ...(requires ? [{ name: 'require', ...run('--no-warnings', 'require.cjs') }] : []),
    { name: 'evenkeel', ...run('node_modules/evenkeel/dist/cli/evenkeel.js', '--version') },
  ];
  rmSync(place, { recursive: true });
  const broken = runs.filter(
    ({ name, status, stdout }) => status !== 0 || (name !== 'evenkeel' && !folds(stdout)),
  );
  const working = runs.filter((run) => !broken.includes(run)).map(({ name }) => name);
  const without = requires ? '' : ' (this Node cannot require modules)';
  console.log(`Node ${version}: what works: ${working.join(', ') || 'nothing'}${without}`);
  for (const { name, stdout, stderr } of broken) console.error(`${name}: ${stderr || stdout}`);
  return broken.length === 0;
}

/** Whether the folded model predicts what the model does. */
function folds(stdout) {
  const { prediction, folded, own = true } = JSON.parse(stdout.trim().split('\n').at(-1));
  return own && prediction.every((value, i) => Math.abs(value - folded[i]) < 1e-5);
}
