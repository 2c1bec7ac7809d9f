import { execFile } from 'node:child_process';
import { findCompiler, findPythons } from './executables.js';
import type { Machine } from './machine.js';
import { isOlder, supportOf } from './platforms.js';

/** One condition of the native backend; `problem` and `remedy` are phrases for one line. */
export type Check = { ok: true; detail: string } | { ok: false; problem: string; remedy: string };

export function checkPlatform(machine: Machine): Check {
  const support = supportOf(machine);
  return support.ok ? { ok: true, detail: support.platform.name } : support;
}

export function checkCompiler(machine: Machine): Check {
  const compiler = findCompiler(machine);
  if (compiler) return { ok: true, detail: compiler.join(' ') };
  const wanted = machine.env.CXX;
  const remedy =
    machine.platform === 'darwin'
      ? 'run `xcode-select --install`'
      : 'install g++ (Debian, Ubuntu: `apt-get install g++`) or set CXX';
  return {
    ok: false,
    problem: wanted ? `CXX is "${wanted}", which is not on PATH` : 'no C++ compiler',
    remedy,
  };
}

export function checkPython(machine: Machine): Check {
  const [python] = findPythons(machine);
  if (python) return { ok: true, detail: python };
  const wanted = machine.env.EVENKEEL_PYTHON;
  return {
    ok: false,
    problem: wanted ? `EVENKEEL_PYTHON is "${wanted}", which is not on PATH` : 'no Python',
    remedy:
      'install Python 3 with pip (Debian, Ubuntu: `apt-get install python3-pip`) or set EVENKEEL_PYTHON',
  };
}

type Missing = Extract<Check, { ok: false }>;

/** The first that downloads a wheel for another Python by name; tried with 18.1, which finds none. */
const oldestPip = '19.3';

/** Such as `24.0`; undefined where this Python has no pip or does not start. */
function pipVersion(python: string, machine: Machine): Promise<string | undefined> {
  const options = { env: machine.env as NodeJS.ProcessEnv };
  return new Promise((resolve) => {
    execFile(python, ['-m', 'pip', '--version'], options, (error, stdout) =>
      resolve(error ? undefined : /^pip (\d+(\.\d+)*)/.exec(stdout)?.[1]),
    );
  });
}

/** The first Python that has pip, and one that is not too old. */
export async function pipOf(
  machine: Machine,
): Promise<{ ok: true; python: string; detail: string } | Missing> {
  const found = checkPython(machine);
  if (!found.ok) return found;
  let old = '';
  for (const python of findPythons(machine)) {
    const version = await pipVersion(python, machine);
    if (version === undefined) continue;
    if (!isOlder(version, oldestPip)) return { ok: true, python, detail: `${version} of ${python}` };
    old ||= `pip ${version} of ${python} is older than ${oldestPip}`;
  }
  const remedy =
    'install it (Debian, Ubuntu: `apt-get install python3-pip`; elsewhere `python3 -m ensurepip`) or set EVENKEEL_PYTHON';
  return old
    ? { ok: false, problem: old, remedy: 'run `python3 -m pip install --upgrade pip` or set EVENKEEL_PYTHON' }
    : { ok: false, problem: `no pip for ${found.detail}`, remedy };
}

/** Everything that an install needs of a machine, checked at once: a user who lacks two things learns of both together. */
export async function checkMachine(machine: Machine): Promise<Check> {
  const platform = checkPlatform(machine);
  if (!platform.ok) return platform;
  const checks = [checkCompiler(machine), await pipOf(machine)];
  const missing = checks.filter((check) => !check.ok);
  if (missing.length === 0) return platform;
  return {
    ok: false,
    problem: missing.map(({ problem }) => problem).join(' and '),
    remedy: missing.map(({ remedy }) => remedy).join(', and '),
  };
}
