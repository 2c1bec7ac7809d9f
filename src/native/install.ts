import { existsSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors/caught.js';
import type { InstallEvent } from './build.js';
import { buildEntry } from './build-entry.js';
import { cacheRoot, entryFolder, hasBinding, markChosen, partialFolder, readEntry } from './cache.js';
import { type Check, checkCompiler, checkMachine } from './chain.js';
import { explainWrite, NativeFailure } from './failure.js';
import { linkPackage, readLink } from './link.js';
import { underLock } from './lock.js';
import { type Machine, thisMachine } from './machine.js';
import { addTfjsNode, npmCommand } from './npm.js';
import { findTfjsNode, type InstalledPackage } from './packages.js';
import { defaultTensorflow, isOlder, type Platform, supportOf } from './platforms.js';
import { tryInChild } from './trial.js';

export type { InstallEvent } from './build.js';

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

function insist(check: Check): void {
  if (!check.ok) throw new NativeFailure(`${check.problem}; ${check.remedy}`);
}

/** The platform, if this machine has one and its wheel of this version holds the library. */
function platformFor(machine: Machine, version: string): Platform {
  const support = supportOf(machine);
  if (!support.ok) throw new NativeFailure(`${support.problem}; ${support.remedy}`);
  const { oldest, project } = support.platform;
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new NativeFailure(`a TensorFlow version looks like ${defaultTensorflow}; received "${version}"`);
  }
  if (isOlder(version, oldest)) {
    throw new NativeFailure(
      `${project} holds the library from ${oldest} on; received ${version}; take ${oldest} or later`,
    );
  }
  return support.platform;
}

type Say = (event: InstallEvent) => void;

async function ensureTfjsNode(machine: Machine, say: Say): Promise<InstalledPackage> {
  const present = findTfjsNode(machine);
  if (present) return present;
  say({ step: 'package', text: `add tfjs-node to ${machine.cwd}: ${npmCommand}` });
  return addTfjsNode(machine);
}

async function stockWorks({ folder }: InstalledPackage, say: Say): Promise<boolean> {
  if (readLink(folder).kind !== 'stock') return false;
  const problem = await tryInChild(folder);
  if (!problem) return true;
  say({ step: 'note', text: `tfjs-node's own library does not load (${problem}); replacing it` });
  return false;
}

function isBuilt(folder: string, tfjsNode: InstalledPackage): boolean {
  const entry = readEntry(folder);
  return entry !== undefined && hasBinding(entry, tfjsNode.version);
}

function isLinkedTo(entry: string, { folder }: InstalledPackage): boolean {
  const link = readLink(folder);
  return link.kind === 'linked' && link.entry === realpathSync(entry);
}

/** Node's `recursive` says ENOENT of a file system that is read-only, and names a folder that is there. */
async function makeCache(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'EROFS') throw error;
    throw new NativeFailure(
      `cannot make the cache folder ${root} (${code}); make the folder above it writable or set XDG_CACHE_HOME`,
    );
  }
}

async function build(
  machine: Machine,
  what: { platform: Platform; version: string; tfjsNode: InstalledPackage; final: string },
  say: Say,
  staleMs: number,
): Promise<void> {
  const partial = partialFolder(what.final);
  // An interrupted install may have got past the point where Python is needed.
  const begun = existsSync(partial) || existsSync(what.final);
  insist(begun ? checkCompiler(machine) : await checkMachine(machine));
  await makeCache(cacheRoot(machine));
  const staged = join(partial, 'entry');
  const onWait = () =>
    say({
      step: 'wait',
      text: 'another install of the same version is at work, or was killed seconds ago: waiting',
    });
  await underLock({ path: what.final, staleMs, onWait }, (signal) =>
    buildEntry({ ...what, machine, partial, staged, say, signal }),
  );
}

/**
 * Gives tfjs-node its library and binding: from the cache where they are there, else by way of pip and the compiler.
 * The cache entry appears under its name in one rename, so an install that dies leaves none or a complete one.
 *
 * @throws NativeFailure with one line for the user: no platform, Python, pip, compiler, network, disk or right to write
 */
export async function install({
  tensorflow = defaultTensorflow,
  onProgress: say = () => {},
  machine = thisMachine(),
  lockStaleMs = 10_000,
}: InstallOptions = {}): Promise<InstallResult> {
  const platform = platformFor(machine, tensorflow);
  const tfjsNode = await ensureTfjsNode(machine, say);
  if (await stockWorks(tfjsNode, say)) return { outcome: 'stock', tfjsNode };
  const root = cacheRoot(machine);
  const entry = entryFolder(root, tensorflow, platform);
  const result = { tfjsNode, tensorflow, entry };
  try {
    const cached = isBuilt(entry, tfjsNode);
    if (cached && isLinkedTo(entry, tfjsNode)) return { outcome: 'already', ...result };
    if (!cached) {
      await build(machine, { platform, version: tensorflow, tfjsNode, final: entry }, say, lockStaleMs);
    }
    say({ step: 'link', text: `link it into ${tfjsNode.folder}` });
    linkPackage(tfjsNode.folder, tfjsNode.version, entry);
    markChosen(entry);
    return { outcome: cached ? 'linked' : 'installed', ...result };
  } catch (error) {
    throw explainWrite(error, root);
  }
}
