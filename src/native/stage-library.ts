import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Build } from './build.js';
import { readEntry, writeManifest } from './cache.js';
import { pipOf } from './chain.js';
import { NativeFailure } from './failure.js';
import { downloadWheel } from './pip.js';
import { inMegabytes } from './platforms.js';
import { DamagedWheel, extractWheel, hashFile } from './wheel.js';

const downloading = 'download-';

export async function dropDownloads(partial: string): Promise<void> {
  for (const name of await readdir(partial)) {
    if (name.startsWith(downloading)) await rm(join(partial, name), { recursive: true, force: true });
  }
}

async function checkDisk({ machine, platform, final, say }: Build, hasWheel: boolean): Promise<void> {
  const { wheel, unpacked } = platform.size;
  const folder = dirname(final);
  const need = (hasWheel ? 0 : wheel) + unpacked;
  const free = await machine.freeBytes(folder);
  const what = `${hasWheel ? '' : `${inMegabytes(wheel)} to download, `}${inMegabytes(unpacked)} to keep`;
  const text = `needs ${inMegabytes(need)} of disk (${what}) in ${folder}; ${inMegabytes(free)} are free`;
  if (free < need) {
    throw new NativeFailure(`${text}: free some space, or set XDG_CACHE_HOME to a folder on a larger disk`);
  }
  say({ step: 'need', text });
}

async function download(build: Build): Promise<string> {
  const { machine, platform, version, partial, say, signal } = build;
  const pip = await pipOf(machine);
  if (!pip.ok) throw new NativeFailure(`${pip.problem}; ${pip.remedy}`);
  await checkDisk(build, false);
  const into = await mkdtemp(join(partial, downloading));
  const text = `download ${platform.project} ${version} with pip`;
  say({ step: 'download', text });
  const wheel = await downloadWheel({
    python: pip.python,
    platform,
    version,
    into,
    machine,
    signal,
    onProgress: (done, total) => say({ step: 'download', text, done, total }),
  });
  // Only a wheel that pip has finished gets this name, so that a later try may start from it.
  const finished = join(partial, basename(wheel));
  await rename(wheel, finished);
  await rm(into, { recursive: true, force: true });
  return finished;
}

async function unpack({ platform, version, staged, say, signal }: Build, wheel: string): Promise<void> {
  const text = 'extract the library and check it against the wheel';
  say({ step: 'extract', text });
  try {
    const files = await extractWheel({
      wheel,
      into: staged,
      libraries: platform.libraries,
      onProgress: (done, total) => say({ step: 'extract', text, done, total }),
      signal,
    });
    const manifest = { tensorflow: version, platform: platform.name, wheel: basename(wheel), files };
    await writeManifest(staged, manifest);
  } catch (error) {
    // A wheel that is not what it should be must not be what the next try starts from.
    if (error instanceof NativeFailure) await rm(wheel, { force: true });
    throw error;
  }
  await rm(wheel);
}

async function isIntact(folder: string): Promise<boolean> {
  const entry = readEntry(folder);
  if (!entry) return false;
  for (const [path, { sha256 }] of Object.entries(entry.manifest.files)) {
    if ((await hashFile(join(folder, path))) !== sha256) return false;
  }
  return true;
}

/** Fills the staged entry with the library and the headers, from whatever an earlier try has left. */
export async function stageLibrary(build: Build): Promise<void> {
  const { partial, staged, say } = build;
  await mkdir(partial, { recursive: true });
  await dropDownloads(partial);
  const goingOn = 'going on from an earlier install that was interrupted';
  if (await isIntact(staged)) return say({ step: 'note', text: goingOn });
  // Before the disk is measured: half a library is most of what is asked for.
  await rm(staged, { recursive: true, force: true });
  const kept = (await readdir(partial)).find((name) => name.endsWith('.whl'));
  if (kept) {
    say({ step: 'note', text: goingOn });
    await checkDisk(build, true);
  }
  const wheel = kept ? join(partial, kept) : await download(build);
  try {
    await unpack(build, wheel);
  } catch (error) {
    if (!(error instanceof DamagedWheel)) throw error;
    say({ step: 'note', text: `${error.message}; fetching it again` });
    await rm(staged, { recursive: true, force: true });
    await unpack(build, await download(build));
  }
}
