import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Machine } from './machine.js';
import type { Platform } from './platforms.js';

export interface Manifest {
  tensorflow: string;
  platform: string;
  wheel: string;
  /** Path under the entry -> SHA-256 in hexadecimal and size in bytes. */
  files: Record<string, { sha256: string; size: number }>;
}

/** One version of the library for one platform, with the bindings built against it. */
export interface CacheEntry {
  folder: string;
  manifest: Manifest;
}

export function cacheRoot(machine: Machine): string {
  const { XDG_CACHE_HOME } = machine.env;
  // The XDG specification says that a relative path must be ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'evenkeel');
  if (machine.platform === 'darwin') return join(machine.home, 'Library', 'Caches', 'evenkeel');
  return join(machine.home, '.cache', 'evenkeel');
}

export function entryFolder(root: string, tensorflow: string, platform: Platform): string {
  return join(root, `tensorflow-${tensorflow}-${platform.name}`);
}

export const partialFolder = (folder: string) => `${folder}.partial`;

/** Bindings differ by the version of tfjs-node that their source comes from; N-API makes one good for every Node. */
export const bindingFolder = (folder: string, tfjsNode: string) => join(folder, `binding-${tfjsNode}`);

export const bindingPath = (folder: string, tfjsNode: string) =>
  join(bindingFolder(folder, tfjsNode), 'tfjs_binding.node');

export const hasBinding = ({ manifest }: CacheEntry, tfjsNode: string) =>
  manifest.files[bindingPath('', tfjsNode)] !== undefined;

/** A folder has its final name only when it is complete; sizes are compared against files lost or cut since. */
export function readEntry(folder: string): CacheEntry | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    for (const [path, { size }] of Object.entries(manifest.files)) {
      if (statSync(join(folder, path)).size !== size) return undefined;
    }
    return { folder, manifest };
  } catch {
    return undefined;
  }
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const temporary = join(folder, `manifest.json.${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(temporary, join(folder, 'manifest.json'));
}

/** Complete entries for a platform, the one last chosen first. */
export function cachedEntries(root: string, platform: Platform): CacheEntry[] {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return [];
  const chosenAt = (entry: CacheEntry) => statSync(join(entry.folder, 'manifest.json')).mtimeMs;
  return readdirSync(root)
    .filter((name) => name.startsWith('tensorflow-') && name.endsWith(`-${platform.name}`))
    .map((name) => readEntry(join(root, name)))
    .filter((entry) => entry !== undefined)
    .sort((a, b) => chosenAt(b) - chosenAt(a));
}

/** After `npm ci` the links are gone and only the cache can tell which version the user had chosen. */
export function markChosen(folder: string): void {
  const now = new Date();
  try {
    utimesSync(join(folder, 'manifest.json'), now, now);
  } catch {
    // Another user's cache may be read and linked; its order is for its owner to choose.
  }
}
