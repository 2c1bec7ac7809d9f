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

/** Every executable file of these names along PATH, name by name; a name with a slash is taken as a path. */
export function findExecutables(names: readonly string[], machine: Machine): string[] {
  const folders = (machine.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return names
    .flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))))
    .filter(isExecutable);
}

export function findExecutable(names: readonly string[], machine: Machine): string | undefined {
  return findExecutables(names, machine)[0];
}

/** $CXX may be a path with spaces or carry flags ("ccache g++ -m64"): a compiler is a command and its leading arguments. */
export function findCompiler(machine: Machine): readonly [string, ...string[]] | undefined {
  const wanted = machine.env.CXX?.trim();
  const whole = findExecutable(wanted ? [wanted] : ['g++', 'c++', 'clang++'], machine);
  if (whole || !wanted) return whole ? [whole] : undefined;
  const [command = '', ...flags] = wanted.split(/\s+/);
  const found = findExecutable([command], machine);
  return found ? [found, ...flags] : undefined;
}

/** The one in front may well have no pip: a virtual environment made without it, a shim of a version manager. */
export function findPythons(machine: Machine): string[] {
  const wanted = machine.env.EVENKEEL_PYTHON;
  return findExecutables(wanted ? [wanted] : ['python3', 'python'], machine);
}

export function findChromium(machine: Machine): string | undefined {
  const wanted = machine.env.CHROMIUM_PATH;
  const known = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return findExecutable(wanted ? [wanted] : known, machine);
}
