import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { addBinding } from './add-binding.js';
import type { Build } from './build.js';
import { hasBinding, readEntry } from './cache.js';
import { diskIsFull } from './failure.js';
import { dropDownloads, stageLibrary } from './stage-library.js';

/** After a clean failure: keep what the next try can start from and nothing else, or nothing at all on a full disk. */
async function tidy({ partial, staged }: Build, full: boolean): Promise<void> {
  if (full) return rm(partial, { recursive: true, force: true });
  if (!readEntry(staged)) await rm(staged, { recursive: true, force: true });
  if (!existsSync(partial)) return;
  await dropDownloads(partial);
  if ((await readdir(partial)).length === 0) await rm(partial, { recursive: true });
}

/** Makes the entry under its final name complete: nothing to do, a binding to add, or all of it. */
export async function buildEntry(build: Build): Promise<void> {
  const { final, partial, staged, tfjsNode, signal } = build;
  const existing = readEntry(final);
  if (existing && hasBinding(existing, tfjsNode.version)) return;
  try {
    if (existing) return await addBinding(build, final);
    await stageLibrary(build);
    await addBinding(build, staged);
    // What has the final name without being complete has been damaged since.
    await rm(final, { recursive: true, force: true });
    await rename(staged, final);
    await rm(partial, { recursive: true, force: true });
  } catch (error) {
    if (!signal.aborted) await tidy(build, diskIsFull(error)).catch(() => {});
    throw error;
  }
}
