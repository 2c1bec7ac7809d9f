/**
 * The notebooks, with Deno's kernel, over the built package of this clone.
 *
 *   npm run notebooks [-- <arguments>]          opens JupyterLab, with these arguments
 *   npm run check:notebooks                     checks types, executes each in its quick form, keeps nothing
 *   npm run notebooks -- --record [<name>...]   executes the full form and writes the outputs into the files
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelVariables, pythonOf } from './notebooks/environment.mjs';
import { checkTypes } from './notebooks/types.mjs';
import { PythonFailure } from './python.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'notebooks');
const given = process.argv.slice(2);
const [mode, ...names] = ['--check', '--record'].includes(given[0]) ? given : ['--lab', ...given];

function chosen() {
  const all = readdirSync(folder).filter((file) => file.endsWith('.ipynb'));
  const unknown = names.find((name) => !all.some((file) => file.startsWith(name)));
  if (unknown) {
    throw new PythonFailure(`no notebook begins with ${unknown}; take some of ${all.sort().join(', ')}`);
  }
  const wanted = all.filter((file) => names.length === 0 || names.some((name) => file.startsWith(name)));
  return wanted.sort().map((file) => join(folder, file));
}

function python(list, args, variables = {}) {
  const env = { ...process.env, ...kernelVariables(), ...variables };
  return spawnSync(pythonOf(list), args, { cwd: folder, stdio: 'inherit', env }).status ?? 1;
}

function execute(how, variables) {
  return python(
    'requirements.txt',
    [join(root, 'scripts', 'notebooks', 'run.py'), how, ...chosen()],
    variables,
  );
}

const modes = {
  '--lab': () => python('requirements-lab.txt', ['-m', 'jupyterlab', '--notebook-dir', folder, ...names]),
  '--check': () => (checkTypes(chosen()) ? execute('check', { EVENKEEL_QUICK: '1' }) : 1),
  '--record': () => execute('record'),
};

try {
  const start = modes[mode];
  if (!start) {
    throw new PythonFailure(
      `unknown argument ${mode}; give --record, --check, or nothing to open JupyterLab`,
    );
  }
  process.exitCode = start();
} catch (error) {
  if (!(error instanceof PythonFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
