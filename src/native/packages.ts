import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NativeFailure } from './failure.js';
import type { Machine } from './machine.js';

export interface InstalledPackage {
  /** Real path of the package's folder. */
  folder: string;
  version: string;
}

const ownFolder = dirname(fileURLToPath(import.meta.url));

function versionIn(description: string): string {
  try {
    const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: unknown };
    if (typeof version === 'string') return version;
  } catch {
    // What cannot be read gets the same message as what says no version.
  }
  throw new NativeFailure(`${description} is damaged; install the package again with npm`);
}

/** Node's own look-up, without the exports field, which hides package.json in some packages. */
export function findPackage(name: string, from: string): InstalledPackage | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    const description = join(candidate, 'package.json');
    if (existsSync(description)) {
      return { folder: realpathSync(candidate), version: versionIn(description) };
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** The user's project first, then the place evenkeel itself is installed in. */
export function findForUser(name: string, machine: Machine): InstalledPackage | undefined {
  return findPackage(name, machine.cwd) ?? findPackage(name, ownFolder);
}

/** What an import in this folder would get. */
export function findForEvenkeel(name: string): InstalledPackage | undefined {
  return findPackage(name, ownFolder);
}

export function findTfjsNode(machine: Machine): InstalledPackage | undefined {
  return findForUser('@tensorflow/tfjs-node', machine);
}
