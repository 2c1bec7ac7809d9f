import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Machine } from './machine.js';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first of the names that is an executable file, looked up along PATH; a name with a slash is taken as a path. */
export function findExecutable(names: readonly string[], machine: Machine): string | undefined {
  const folders = (machine.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  for (const name of names) {
    const candidates = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
    const found = candidates.find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

/** $CXX may carry flags ("ccache g++ -m64"), so a compiler is a command and its leading arguments. */
export function findCompiler(machine: Machine): readonly [string, ...string[]] | undefined {
  const [wanted, ...flags] = (machine.env.CXX ?? '').split(/\s+/).filter(Boolean);
  const found = findExecutable(wanted ? [wanted] : ['g++', 'c++', 'clang++'], machine);
  return found ? [found, ...flags] : undefined;
}

export function findPython(machine: Machine): string | undefined {
  const wanted = machine.env.EVENKEEL_PYTHON;
  return findExecutable(wanted ? [wanted] : ['python3', 'python'], machine);
}

export function findChromium(machine: Machine): string | undefined {
  const wanted = machine.env.CHROMIUM_PATH;
  const known = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return findExecutable(wanted ? [wanted] : known, machine);
}
