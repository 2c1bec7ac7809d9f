import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from 'proper-lockfile';
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
  const deleted: CachedFolder[] = [];
  if (!keepCache) {
    const all = await cachedFolders(machine);
    const chosen = all.filter(({ folder }) => !tensorflow || folder.includes(`/tensorflow-${tensorflow}-`));
    if (tensorflow && chosen.length === 0) {
      const known = all.map(({ folder }) => folder).join(', ') || 'nothing';
      throw new NativeFailure(`the cache holds no TensorFlow ${tensorflow}; it holds ${known}`);
    }
    for (const cached of chosen) {
      const path = cached.folder.replace(/\.partial$/, '');
      if (await check(path, { realpath: false })) {
        throw new NativeFailure(`an install is at work in ${path}; run it again when that is done`);
      }
      await rm(cached.folder, { recursive: true, force: true });
      // That of an install which was killed.
      await rm(`${path}.lock`, { recursive: true, force: true });
      deleted.push(cached);
    }
    // Fails while another version is there, and then it should stay.
    await rmdir(join(cacheRoot(machine))).catch(() => {});
  }
  const unlinked = tfjsNode && unlinkPackage(tfjsNode.folder) ? tfjsNode.folder : undefined;
  return { deleted, ...(unlinked && { unlinked }) };
}
