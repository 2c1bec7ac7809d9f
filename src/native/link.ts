import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../errors/caught.js';
import { bindingPath, readEntry } from './cache.js';
import { NativeFailure } from './failure.js';

/** tfjs-node looks for the newest N-API version that it knows; on every Node since 16 that is 8. */
export const bindingInPackage = (tfjsNode: string) => join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
export const librariesInPackage = (tfjsNode: string) => join(tfjsNode, 'deps', 'lib');

export type LinkState =
  | { kind: 'none' }
  /** Links whose targets are gone, or a binding without its library: useless, safe to replace. */
  | { kind: 'broken' }
  | { kind: 'linked'; binding: string; entry: string }
  /** From tfjs-node's own install script or from a build by hand: not ours to touch while it works. */
  | { kind: 'stock' };

const entryKind = (path: string) => {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return 'none';
  return stats.isSymbolicLink() ? 'link' : 'real';
};

export function readLink(tfjsNode: string): LinkState {
  const binding = bindingInPackage(tfjsNode);
  const libraries = librariesInPackage(tfjsNode);
  const kind = entryKind(binding);
  if (kind === 'none') return { kind: entryKind(libraries) === 'link' ? 'broken' : 'none' };
  if (kind === 'link') {
    if (!existsSync(binding)) return { kind: 'broken' };
    const target = realpathSync(binding);
    const entry = dirname(dirname(target));
    if (!existsSync(join(entry, 'manifest.json'))) return { kind: 'stock' };
    return readEntry(entry) ? { kind: 'linked', binding: target, entry } : { kind: 'broken' };
  }
  const hasLibrary =
    existsSync(libraries) && readdirSync(libraries).some((n) => n.startsWith('libtensorflow'));
  return { kind: hasLibrary ? 'stock' : 'broken' };
}

/** EPERM is what Linux answers on a file system without symbolic links, ENOTSUP what macOS does. */
function makeLink(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    throw new NativeFailure(
      `the file system of ${dirname(path)} takes no symbolic links (${code}); move the project to one that does`,
    );
  }
}

function placeLink(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.evenkeel-${process.pid}`;
  rmSync(temporary, { force: true });
  makeLink(target, temporary);
  // A link can be renamed over a link or a file, never over a folder; a folder here holds no usable library.
  if (entryKind(path) === 'real') rmSync(path, { recursive: true });
  renameSync(temporary, path);
}

/** Points the package at a cache entry; the binding last, since it is what says "installed". */
export function linkPackage(tfjsNode: string, version: string, entry: string): void {
  placeLink(join(entry, 'lib'), librariesInPackage(tfjsNode));
  placeLink(bindingPath(entry, version), bindingInPackage(tfjsNode));
}

/** Takes out links and nothing else; says whether there was one. */
export function unlinkPackage(tfjsNode: string): boolean {
  const links = [bindingInPackage(tfjsNode), librariesInPackage(tfjsNode)].filter(
    (p) => entryKind(p) === 'link',
  );
  for (const link of links) rmSync(link);
  return links.length > 0;
}
