import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compileBinding } from './binding.js';
import {
  bindingFolder,
  cacheRoot,
  entryFolder,
  hasBinding,
  type Manifest,
  markChosen,
  partialFolder,
  readEntry,
} from './cache.js';
import { type Check, checkCompiler, checkNodeApiHeaders, checkPip, checkPython } from './chain.js';
import { findCompiler, findPython } from './executables.js';
import { NativeFailure } from './failure.js';
import { linkPackage, readLink } from './link.js';
import { underLock } from './lock.js';
import { type Machine, thisMachine } from './machine.js';
import { addTfjsNode, npmCommand } from './npm.js';
import { findForEvenkeel, findTfjsNode, type InstalledPackage } from './packages.js';
import { downloadWheel } from './pip.js';
import { defaultTensorflow, isOlder, type Platform, supportOf } from './platforms.js';
import { tryInChild } from './trial.js';
import { DamagedWheel, extractWheel, hashFile } from './wheel.js';

export interface InstallEvent {
  step: 'package' | 'note' | 'wait' | 'need' | 'download' | 'extract' | 'compile' | 'test' | 'link';
  text: string;
  /** Bytes, for the steps that can tell. */
  done?: number;
  total?: number;
}

export interface InstallOptions {
  /** Version of TensorFlow. Default: 2.21.0. */
  tensorflow?: string;
  onProgress?: (event: InstallEvent) => void;
  machine?: Machine;
  /** Age in milliseconds at which the lock of a killed install is taken over. Default: 10,000. */
  lockStaleMs?: number;
}

export interface InstallResult {
  /** `stock`: tfjs-node's own library works and was left alone. `linked`: it was in the cache. */
  outcome: 'stock' | 'already' | 'linked' | 'installed';
  tfjsNode: InstalledPackage;
  /** Absent for `stock`. */
  tensorflow?: string;
  entry?: string;
}

export const inMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/** What one build needs to know; made once, passed down. */
interface Build {
  machine: Machine;
  platform: Platform;
  version: string;
  tfjsNode: InstalledPackage;
  final: string;
  partial: string;
  staged: string;
  say: (event: InstallEvent) => void;
  signal: AbortSignal;
}

function insist(check: Check): void {
  if (!check.ok) throw new NativeFailure(`${check.problem}; ${check.remedy}`);
}

function checkVersion(version: string, { oldest, project }: Platform): void {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new NativeFailure(`a TensorFlow version looks like ${defaultTensorflow}; received "${version}"`);
  }
  if (isOlder(version, oldest)) {
    throw new NativeFailure(
      `${project} holds the library from ${oldest} on; received ${version}; take ${oldest} or later`,
    );
  }
}

async function checkDisk({ machine, platform, final, say }: Build, hasWheel: boolean): Promise<void> {
  const { wheel, unpacked } = platform.size;
  const need = (hasWheel ? 0 : wheel) + unpacked;
  const free = await machine.freeBytes(join(final, '..'));
  const what = `${hasWheel ? '' : `${inMegabytes(wheel)} to download, `}${inMegabytes(unpacked)} to keep`;
  const text = `needs ${inMegabytes(need)} of disk (${what}) in ${join(final, '..')}; ${inMegabytes(free)} are free`;
  if (free < need) {
    throw new NativeFailure(`${text}: free some space, or set XDG_CACHE_HOME to a folder on a larger disk`);
  }
  say({ step: 'need', text });
}

async function download(build: Build): Promise<string> {
  const { machine, platform, version, partial, say, signal } = build;
  insist(checkPython(machine));
  insist(await checkPip(machine));
  await checkDisk(build, false);
  const into = await mkdtemp(join(partial, 'download-'));
  const text = `download ${platform.project} ${version} with pip`;
  say({ step: 'download', text });
  const wheel = await downloadWheel({
    python: findPython(machine) as string,
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

async function isIntact(folder: string): Promise<boolean> {
  const entry = readEntry(folder);
  if (!entry) return false;
  for (const [path, { sha256 }] of Object.entries(entry.manifest.files)) {
    if ((await hashFile(join(folder, path))) !== sha256) return false;
  }
  return true;
}

/** Fills the staged entry with the library and the headers, from whatever an earlier try has left. */
async function stageLibrary(build: Build): Promise<void> {
  const { platform, version, partial, staged, say, signal } = build;
  await mkdir(partial, { recursive: true });
  for (const name of await readdir(partial)) {
    if (name.startsWith('download-')) await rm(join(partial, name), { recursive: true, force: true });
  }
  if (await isIntact(staged)) {
    say({ step: 'note', text: 'going on from an earlier install that was interrupted' });
    return;
  }
  let wheel = (await readdir(partial)).find((name) => name.endsWith('.whl'));
  if (wheel) await checkDisk(build, true);
  for (let attempt = 1; ; attempt++) {
    await rm(staged, { recursive: true, force: true });
    const path = wheel ? join(partial, wheel) : await download(build);
    const text = 'extract the library and check it against the wheel';
    say({ step: 'extract', text });
    try {
      const onProgress = (done: number, total: number) => say({ step: 'extract', text, done, total });
      const files = await extractWheel({
        wheel: path,
        into: staged,
        libraries: platform.libraries,
        onProgress,
        signal,
      });
      await writeManifest(staged, {
        tensorflow: version,
        platform: platform.name,
        wheel: basename(path),
        files,
      });
      await rm(path);
      return;
    } catch (error) {
      if (error instanceof NativeFailure) await rm(path, { force: true });
      if (!(error instanceof DamagedWheel) || attempt === 2) throw error;
      say({ step: 'note', text: `${error.message}; fetching it again` });
      wheel = undefined;
    }
  }
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const temporary = join(folder, `manifest.json.${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(temporary, join(folder, 'manifest.json'));
}

/** Compiles and tries the binding beside its final place, since the way from it to the library is a relative one. */
async function addBinding(build: Build, folder: string): Promise<void> {
  const { machine, platform, tfjsNode, say, signal } = build;
  const final = bindingFolder(folder, tfjsNode.version);
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${basename(final)}.building-`))
      await rm(join(folder, name), { recursive: true, force: true });
  }
  const into = await mkdtemp(`${final}.building-`);
  try {
    // A cache may be shared by several users of the machine.
    await chmod(into, 0o755);
    say({ step: 'compile', text: 'compile the binding' });
    await compileBinding({
      compiler: findCompiler(machine) as readonly [string, ...string[]],
      platform,
      nodeApiHeaders: (findForEvenkeel('node-api-headers') as InstalledPackage).folder,
      tfjsNode: tfjsNode.folder,
      entry: folder,
      into,
      env: machine.env,
      signal,
    });
    say({ step: 'test', text: 'load it and multiply two matrices' });
    const problem = await tryInChild(tfjsNode.folder, join(into, 'tfjs_binding.node'));
    if (problem)
      throw new NativeFailure(`the compiled binding does not work: ${problem}; try another --tensorflow`);
    const { manifest } = readEntry(folder) ?? {};
    if (!manifest) throw new NativeFailure(`files vanished from ${folder} during the install; run it again`);
    await rm(final, { recursive: true, force: true });
    await rename(into, final);
    for (const name of await readdir(final)) {
      const path = join(final, name);
      manifest.files[join(basename(final), name)] = {
        sha256: await hashFile(path),
        size: (await stat(path)).size,
      };
    }
    await writeManifest(folder, manifest);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** After a clean failure: keep what the next try can start from and nothing else, or nothing at all on a full disk. */
async function tidy({ partial, staged }: Build, full: boolean): Promise<void> {
  if (full) return rm(partial, { recursive: true, force: true });
  if (!readEntry(staged)) await rm(staged, { recursive: true, force: true });
  if (!existsSync(partial)) return;
  for (const name of await readdir(partial)) {
    if (name.startsWith('download-')) await rm(join(partial, name), { recursive: true, force: true });
  }
  if ((await readdir(partial)).length === 0) await rm(partial, { recursive: true });
}

async function buildEntry(build: Build): Promise<void> {
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
    const code = (error as NodeJS.ErrnoException).code;
    if (!signal.aborted) await tidy(build, code === 'ENOSPC').catch(() => {});
    throw error;
  }
}

function explain(error: unknown, root: string): unknown {
  const { code, message, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') {
    return new NativeFailure(
      `the disk of ${root} is full; free some space, or set XDG_CACHE_HOME to a larger disk`,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
    return new NativeFailure(
      `cannot write ${path ?? root} (${message.split(',')[0]}); make it writable or set XDG_CACHE_HOME`,
    );
  }
  return error;
}

/**
 * Gives tfjs-node its library and binding: from the cache where they are there, else by way of pip and the compiler.
 * The cache entry appears under its name in one rename, so an install that dies leaves none or a complete one.
 */
export async function install({
  tensorflow = defaultTensorflow,
  onProgress: say = () => {},
  machine = thisMachine(),
  lockStaleMs = 10_000,
}: InstallOptions = {}): Promise<InstallResult> {
  const support = supportOf(machine);
  if (!support.ok) throw new NativeFailure(`${support.problem}; ${support.remedy}`);
  const { platform } = support;
  checkVersion(tensorflow, platform);

  let tfjsNode = findTfjsNode(machine);
  if (!tfjsNode) {
    say({ step: 'package', text: `add tfjs-node to ${machine.cwd}: ${npmCommand}` });
    tfjsNode = await addTfjsNode(machine);
  }
  const state = readLink(tfjsNode.folder);
  if (state.kind === 'stock') {
    const problem = await tryInChild(tfjsNode.folder);
    if (!problem) return { outcome: 'stock', tfjsNode };
    say({ step: 'note', text: `tfjs-node's own library does not load (${problem}); replacing it` });
  }

  const root = cacheRoot(machine);
  const final = entryFolder(root, tensorflow, platform);
  const isBuilt = () => {
    const entry = readEntry(final);
    return entry !== undefined && hasBinding(entry, tfjsNode.version);
  };
  const result = { tfjsNode, tensorflow, entry: final };
  try {
    const cached = isBuilt();
    if (!cached) {
      insist(checkCompiler(machine));
      insist(checkNodeApiHeaders());
      await mkdir(root, { recursive: true });
      const onWait = () =>
        say({ step: 'wait', text: 'another install of the same version is at work, waiting for it' });
      await underLock({ path: final, staleMs: lockStaleMs, onWait }, (signal) => {
        const partial = partialFolder(final);
        const staged = join(partial, 'entry');
        return buildEntry({
          machine,
          platform,
          version: tensorflow,
          tfjsNode,
          final,
          partial,
          staged,
          say,
          signal,
        });
      });
    } else if (state.kind === 'linked' && state.entry === realpathSync(final)) {
      return { outcome: 'already', ...result };
    }
    say({ step: 'link', text: `link it into ${tfjsNode.folder}` });
    linkPackage(tfjsNode.folder, tfjsNode.version, final);
    markChosen(final);
    return { outcome: cached ? 'linked' : 'installed', ...result };
  } catch (error) {
    throw explain(error, root);
  }
}
