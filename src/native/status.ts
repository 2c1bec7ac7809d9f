import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedEntries, cacheRoot, hasBinding, readEntry } from './cache.js';
import { readLink } from './link.js';
import { type Machine, thisMachine } from './machine.js';
import { findTfjsNode, type InstalledPackage } from './packages.js';
import { defaultTensorflow, supportOf } from './platforms.js';

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
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return [];
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

/** The command for a version, which a cached folder has in its name. */
function installCommand(version: string | undefined): string {
  const choice = version && version !== defaultTensorflow ? ` --tensorflow ${version}` : '';
  return `run \`npx evenkeel native install${choice}\``;
}

const versionIn = (folder: string) => /tensorflow-([\d.]+)-[^/]*$/.exec(folder)?.[1];

/** Neither linked nor ready to be linked: what is there instead. */
function unusable(
  cache: readonly CachedFolder[],
  hasTfjsNode: boolean,
  linkIsBroken: boolean,
): Pick<NativeStatus, 'state' | 'detail' | 'remedy'> {
  const unfinished = cache.filter(({ complete }) => !complete).map(({ folder }) => folder);
  const damaged = unfinished.find((folder) => !folder.endsWith('.partial'));
  if (damaged) {
    const detail = `files of ${damaged} are gone or cut`;
    return { state: 'broken', detail, remedy: installCommand(versionIn(damaged)) };
  }
  if (linkIsBroken) {
    return { state: 'broken', detail: 'its links lead nowhere', remedy: installCommand(undefined) };
  }
  const [partial] = unfinished;
  if (partial) {
    const remedy = `${installCommand(versionIn(partial))} to go on`;
    return { state: 'partial', detail: 'an install was interrupted', remedy };
  }
  const detail = hasTfjsNode ? 'tfjs-node has no library' : 'tfjs-node is not installed';
  return { state: 'absent', detail, remedy: installCommand(undefined) };
}

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
    return { state: 'cached', detail, remedy: installCommand(tensorflow), tensorflow, ...common };
  }
  return { ...unusable(cache, tfjsNode !== undefined, link?.kind === 'broken'), ...common };
}
