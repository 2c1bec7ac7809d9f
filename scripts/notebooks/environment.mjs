/** A Python virtual environment and Deno's kernel, in a folder of this clone that `npm ci` clears. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const cache = join(root, 'node_modules', '.cache', 'notebooks');

/** One line for the user: what is wrong, what was received, what to do. */
export class NotebooksFailure extends Error {}

function findPython() {
  const names = process.env.EVENKEEL_PYTHON ? [process.env.EVENKEEL_PYTHON] : ['python3', 'python'];
  const found = names.find((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0);
  if (found) return found;
  throw new NotebooksFailure(
    `notebooks need Python 3.10 or later with pip, and ${names.join(' and ')} gave none; install it, or name one in EVENKEEL_PYTHON`,
  );
}

function run(what, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  const lines = `${stdout}${stderr}`.trim().split('\n');
  const said = lines.filter((line) => line.startsWith('ERROR:')).at(-1) ?? lines.at(-1);
  throw new NotebooksFailure(`cannot ${what}: ${said}; mend that, then run it again`);
}

/**
 * The Python of a virtual environment that has the packages of a list in this folder. Made without a pip of its own,
 * which some systems leave out of their Python: the user's pip fills it.
 */
export function pythonWith(list) {
  const included = readFileSync(join(here, 'requirements.txt'));
  const wanted = createHash('sha256')
    .update(included)
    .update(readFileSync(join(here, list)))
    .digest('hex');
  const folder = join(cache, list.replace('.txt', ''));
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const mark = join(folder, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python;
  const base = findPython();
  console.log(`making a Python environment in ${folder}, which takes a minute`);
  rmSync(folder, { recursive: true, force: true });
  run('make a virtual environment', base, ['-m', 'venv', '--without-pip', folder]);
  const install = ['install', '--quiet', '--disable-pip-version-check', '-r', join(here, list)];
  run('install packages with pip', base, ['-m', 'pip', '--python', python, ...install]);
  writeFileSync(mark, wanted);
  return python;
}

/** Variables that let Jupyter find Deno's kernel; `deno jupyter --install` would write it to the user's own folder. */
export function kernelVariables() {
  const data = join(cache, 'jupyter');
  const folder = join(data, 'kernels', 'deno');
  mkdirSync(folder, { recursive: true });
  const deno = fileURLToPath(import.meta.resolve('deno/bin.cjs'));
  const kernel = {
    argv: [process.execPath, deno, 'jupyter', '--quiet', '--kernel', '--conn', '{connection_file}'],
    display_name: 'Deno',
    language: 'typescript',
    // Outputs are files of a repository: no colour codes in them.
    env: { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
  };
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(kernel, undefined, 2));
  return { JUPYTER_PATH: data, JUPYTER_PLATFORM_DIRS: '1' };
}
