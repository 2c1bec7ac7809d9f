import { rm, rmdir } from 'node:fs/promises';
import { check } from 'proper-lockfile';
import { codeOf } from '../errors/caught.js';
import { cacheRoot } from './cache.js';
import { NativeFailure } from './failure.js';
import { unlinkPackage } from './link.js';
import { type Machine, thisMachine } from './machine.js';
import { findTfjsNode } from './packages.js';
import { type CachedFolder, cachedFolders } from './status.js';

export interface RemoveOptions {
  /** Leave the cached files for other projects; `loadBackend` links them here again when it is asked for native. */
  keepCache?: boolean;
  /** Delete this version alone from the cache. */
  tensorflow?: string;
  machine?: Machine;
}

export interface Removed {
  /** Folder of the tfjs-node whose links were taken out. */
  unlinked?: string;
  deleted: CachedFolder[];
}

/** Takes out the links in this project and, unless told otherwise, the cached files that they lead to. */
export async function removeNative({
  keepCache = false,
  tensorflow,
  machine = thisMachine(),
}: RemoveOptions = {}): Promise<Removed> {
  const tfjsNode = findTfjsNode(machine);
  // First the links: they are this project's, whatever becomes of a cache that several share.
  const unlinked = tfjsNode && unlinkPackage(tfjsNode.folder) ? tfjsNode.folder : undefined;
  const deleted = keepCache ? [] : await deleteCached(machine, tensorflow, unlinked);
  return { deleted, ...(unlinked && { unlinked }) };
}

async function deleteCached(
  machine: Machine,
  tensorflow: string | undefined,
  unlinked: string | undefined,
): Promise<CachedFolder[]> {
  const all = await cachedFolders(machine);
  const chosen = all.filter(({ folder }) => !tensorflow || folder.includes(`/tensorflow-${tensorflow}-`));
  if (tensorflow && chosen.length === 0) {
    const known = all.map(({ folder }) => folder).join(', ') || 'nothing';
    throw new NativeFailure(`the cache holds no TensorFlow ${tensorflow}; it holds ${known}`);
  }
  for (const { folder } of chosen) await deleteEntry(folder, unlinked);
  // Fails while another version is there, and then it should stay.
  await rmdir(cacheRoot(machine)).catch(() => {});
  return chosen;
}

async function deleteEntry(folder: string, unlinked: string | undefined): Promise<void> {
  const path = folder.replace(/\.partial$/, '');
  if (await check(path, { realpath: false })) {
    throw new NativeFailure(`an install is at work in ${path}; run it again when that is done`);
  }
  try {
    await rm(folder, { recursive: true, force: true });
    // That of an install which was killed.
    await rm(`${path}.lock`, { recursive: true, force: true });
  } catch (error) {
    const code = codeOf(error);
    const done = unlinked ? `unlinked from ${unlinked}, but ` : '';
    throw new NativeFailure(
      `${done}cannot delete ${folder} (${code}); delete it where it may be written, or add --keep-cache`,
    );
  }
}
