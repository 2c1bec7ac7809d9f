import { chmod, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packageFolder } from '../package-folder.js';
import { compileBinding } from './binding.js';
import type { Build } from './build.js';
import { bindingFolder, readEntry, writeManifest } from './cache.js';
import { findCompiler } from './executables.js';
import { NativeFailure } from './failure.js';
import { tryInChild } from './trial.js';
import { hashFile } from './wheel.js';

async function dropUnfinished(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function compileAndTry(build: Build, entry: string, into: string): Promise<void> {
  const { machine, platform, tfjsNode, say, signal } = build;
  say({ step: 'compile', text: 'compile the binding' });
  await compileBinding({
    compiler: findCompiler(machine) as readonly [string, ...string[]],
    platform,
    nodeApiHeaders: join(packageFolder, 'dist', 'node-api-headers'),
    tfjsNode: tfjsNode.folder,
    entry,
    into,
    env: machine.env,
    signal,
  });
  say({ step: 'test', text: 'load it and multiply two matrices' });
  const problem = await tryInChild(tfjsNode.folder, join(into, 'tfjs_binding.node'));
  if (problem) {
    throw new NativeFailure(`the compiled binding does not work: ${problem}; try another --tensorflow`);
  }
}

async function enter(entry: string, binding: string): Promise<void> {
  const { manifest } = readEntry(entry) ?? {};
  if (!manifest) throw new NativeFailure(`files vanished from ${entry} during the install; run it again`);
  const files = { ...manifest.files };
  for (const name of await readdir(binding)) {
    const path = join(binding, name);
    const { size } = await stat(path);
    files[join(basename(binding), name)] = { sha256: await hashFile(path), size };
  }
  await writeManifest(entry, { ...manifest, files });
}

/** Compiles and tries the binding beside its final place, since its path to the library is relative. */
export async function addBinding(build: Build, entry: string): Promise<void> {
  const final = bindingFolder(entry, build.tfjsNode.version);
  const building = `${final}.building-`;
  await dropUnfinished(entry, basename(building));
  const into = await mkdtemp(building);
  try {
    // A cache may be shared by several users of the machine.
    await chmod(into, 0o755);
    await compileAndTry(build, entry, into);
    await rm(final, { recursive: true, force: true });
    await rename(into, final);
    await enter(entry, final);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}
