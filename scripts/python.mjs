/** Python virtual environments, in a folder of this clone that `npm ci` clears. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One line for the user: what is wrong, what was received, what to do. */
export class PythonFailure extends Error {}

function findPython(who) {
  const names = process.env.EVENKEEL_PYTHON ? [process.env.EVENKEEL_PYTHON] : ['python3', 'python'];
  const found = names.find((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0);
  if (found) return found;
  throw new PythonFailure(
    `${who} need Python 3.10 or later with pip, and ${names.join(' and ')} gave none; install it, or name one in EVENKEEL_PYTHON`,
  );
}

function run(what, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  const lines = `${stdout}${stderr}`.trim().split('\n');
  const said = lines.filter((line) => line.startsWith('ERROR:')).at(-1) ?? lines.at(-1);
  throw new PythonFailure(`cannot ${what}: ${said}; fix that, then run it again`);
}

/**
 * The Python of a virtual environment that has the packages of some lists. Made without a pip of its own, which some
 * systems leave out of their Python: the user's pip fills it.
 *
 * @param who what needs it, for errors
 * @param folder where it is made
 * @param lists each a file, with options for pip; `reads` names what a list includes
 */
export function pythonWith(who, folder, lists) {
  const hash = createHash('sha256');
  for (const { list, reads = [] } of lists)
    for (const file of [list, ...reads]) hash.update(readFileSync(file));
  const wanted = hash.digest('hex');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const mark = join(folder, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python;
  const base = findPython(who);
  console.log(`making a Python environment in ${folder}, which takes a minute`);
  rmSync(folder, { recursive: true, force: true });
  run('make a virtual environment', base, ['-m', 'venv', '--without-pip', folder]);
  for (const { list, options = [] } of lists) {
    const install = ['install', '--quiet', '--disable-pip-version-check', ...options, '-r', list];
    run(`install ${basename(list)} with pip`, base, ['-m', 'pip', '--python', python, ...install]);
  }
  writeFileSync(mark, wanted);
  return python;
}
