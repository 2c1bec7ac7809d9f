import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedEntries, cacheRoot, hasBinding, readEntry } from './cache.js';
import { readLink } from './link.js';
import { type Machine, thisMachine } from './machine.js';
import { findTfjsNode, type InstalledPackage } from './packages.js';
import { supportOf } from './platforms.js';

export type NativeState =
  /** This platform has none. */
  | 'unsupported'
  /** Nothing here, nothing in the cache. */
  | 'absent'
  /** An install was interrupted; the next one goes on from there. */
  | 'partial'
  /** Complete in the cache and not linked into this project: `loadBackend` or an install links it at once. */
  | 'cached'
  | 'linked'
  /** tfjs-node's own library, left alone. */
  | 'stock'
  /** Links that lead nowhere, or to files cut or lost. */
  | 'broken';

export interface CachedFolder {
  folder: string;
  bytes: number;
  complete: boolean;
}

export interface NativeStatus {
  state: NativeState;
  detail: string;
  /** '' where nothing is to be done. */
  remedy: string;
  tfjsNode?: InstalledPackage;
  /** Version of the library in use, or of the one that would be linked. */
  tensorflow?: string;
  cache: CachedFolder[];
}

export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderBytes(path);
    else if (entry.isFile()) bytes += (await stat(path)).size;
  }
  return bytes;
}

/** Every version and every unfinished install in the cache, with its size. */
export async function cachedFolders(machine: Machine): Promise<CachedFolder[]> {
  const root = cacheRoot(machine);
  if (!existsSync(root)) return [];
  const names = (await readdir(root)).filter(
    (name) => name.startsWith('tensorflow-') && !name.endsWith('.lock'),
  );
  return Promise.all(
    names.sort().map(async (name) => {
      const folder = join(root, name);
      return { folder, bytes: await folderBytes(folder), complete: readEntry(folder) !== undefined };
    }),
  );
}

const install = 'run `npx evenkeel native install`';

export async function nativeStatus(machine: Machine = thisMachine()): Promise<NativeStatus> {
  const tfjsNode = findTfjsNode(machine);
  const cache = await cachedFolders(machine);
  const common = { cache, ...(tfjsNode && { tfjsNode }) };
  const link = tfjsNode ? readLink(tfjsNode.folder) : undefined;
  if (link?.kind === 'stock') {
    return { state: 'stock', detail: 'tfjs-node has a library of its own', remedy: '', ...common };
  }
  const support = supportOf(machine);
  if (!support.ok)
    return { state: 'unsupported', detail: support.problem, remedy: support.remedy, ...common };
  if (link?.kind === 'linked') {
    const tensorflow = readEntry(link.entry)?.manifest.tensorflow;
    const detail = `TensorFlow ${tensorflow}, linked from ${link.entry}`;
    return { state: 'linked', detail, remedy: '', ...(tensorflow && { tensorflow }), ...common };
  }
  const [entry] = cachedEntries(cacheRoot(machine), support.platform).filter(
    (candidate) => !tfjsNode || hasBinding(candidate, tfjsNode.version),
  );
  if (entry) {
    const { tensorflow } = entry.manifest;
    const detail = `TensorFlow ${tensorflow} is in the cache and not linked into this project`;
    return { state: 'cached', detail, remedy: install, tensorflow, ...common };
  }
  if (link?.kind === 'broken') {
    return {
      state: 'broken',
      detail: 'its links lead to files that are gone or cut',
      remedy: install,
      ...common,
    };
  }
  if (cache.some(({ complete }) => !complete)) {
    return {
      state: 'partial',
      detail: 'an install was interrupted',
      remedy: `${install} to go on`,
      ...common,
    };
  }
  const detail = tfjsNode ? 'tfjs-node has no library' : 'tfjs-node is not installed';
  return { state: 'absent', detail, remedy: install, ...common };
}
