import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackage, type InstalledPackage } from './packages.js';

const folders = (path: string): string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
};

function collect(nodeModules: string, name: string, found: Map<string, InstalledPackage>): void {
  for (const entry of folders(nodeModules)) {
    // A package that is a link has its own tree elsewhere, and that is another project's.
    const names = entry.startsWith('@')
      ? folders(join(nodeModules, entry)).map((n) => `${entry}/${n}`)
      : [entry];
    for (const child of names) collect(join(nodeModules, child, 'node_modules'), name, found);
  }
  const here = findPackage(name, dirname(nodeModules));
  if (here && here.folder === safeRealpath(join(nodeModules, name))) found.set(here.folder, here);
}

function safeRealpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Every copy of a package that code in this project can load: those in the project's node_modules at any depth, the
 * ones that the project sees from above, and the one that evenkeel itself sees where it is linked in from elsewhere.
 */
export function findCopies(name: string, project: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  for (let folder = project; ; folder = dirname(folder)) {
    collect(join(folder, 'node_modules'), name, found);
    if (dirname(folder) === folder) break;
  }
  const own = findPackage(name, dirname(fileURLToPath(import.meta.url)));
  if (own) found.set(own.folder, own);
  return [...found.values()];
}
