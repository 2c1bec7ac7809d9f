/** A Python virtual environment and Deno's kernel, in a folder of this clone that `npm ci` clears. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const cache = join(root, 'node_modules', '.cache', 'notebooks');

/** The Python of a virtual environment that has the packages of a list in this folder. */
export function pythonOf(list) {
  const reads = list === 'requirements.txt' ? [] : [join(here, 'requirements.txt')];
  return pythonWith('notebooks', join(cache, list.replace('.txt', '')), [{ list: join(here, list), reads }]);
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
