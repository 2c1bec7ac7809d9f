import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NativeFailure, saysDiskIsFull } from './failure.js';
import type { Machine } from './machine.js';
import type { Platform } from './platforms.js';
import { quietAddon } from './quiet.js';
import { quietSource } from './quiet-source.js';

export interface CompileOptions {
  compiler: readonly [string, ...string[]];
  platform: Platform;
  /** Folder of Node's headers for addons, which the build copies into this package. */
  nodeApiHeaders: string;
  /** Folder of tfjs-node, for the binding's source. */
  tfjsNode: string;
  /** Folder of the cache entry, for the library and its headers. */
  entry: string;
  /** Folder that receives the binding; it lies directly under the entry, or the library is not found at load. */
  into: string;
  env: Machine['env'];
  signal: AbortSignal;
}

const common = ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8'];

export function bindingArguments(options: Omit<CompileOptions, 'compiler' | 'env' | 'signal'>): string[] {
  const { platform, nodeApiHeaders, tfjsNode, entry, into } = options;
  return [
    ...common,
    ...platform.shared,
    ...['-I', join(nodeApiHeaders, 'include'), '-I', tfjsNode, '-I', join(entry, 'include')],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode, 'binding', name)),
    ...['-o', join(into, 'tfjs_binding.node')],
    ...platform.libraries.map((name) => join(entry, 'lib', name)),
    // Node loads through the real path, in the cache; with --preserve-symlinks it is the path in the package.
    ...['../lib', '../../deps/lib'].map((path) => `-Wl,-rpath,${platform.origin}/${path}`),
  ];
}

function run(
  command: string,
  args: string[],
  { env, signal }: Pick<CompileOptions, 'env' | 'signal'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { env: env as NodeJS.ProcessEnv, signal, maxBuffer: 1 << 26 };
    execFile(command, args, options, (error, _stdout, stderr) => {
      if (!error) return resolve();
      if (signal.aborted) return reject(error);
      const lines = stderr.split('\n').filter(Boolean);
      const line = lines.find((text) => /error/i.test(text)) ?? lines.at(-1) ?? error.message;
      if (saysDiskIsFull(stderr)) return reject(Object.assign(new Error(line), { code: 'ENOSPC' }));
      reject(new NativeFailure(`the compiler ${command} failed: ${line.trim()}; set CXX to another one`));
    });
  });
}

/** Compiles tfjs-node's binding and the addon that keeps its start quiet. */
export async function compileBinding(options: CompileOptions): Promise<void> {
  const { compiler, platform, nodeApiHeaders, into } = options;
  const [command, ...flags] = compiler;
  const source = join(into, 'quiet_stderr.cc');
  await writeFile(source, quietSource);
  const include = join(nodeApiHeaders, 'include');
  const args = [...common, ...platform.shared, '-I', include, source, '-o', join(into, quietAddon)];
  await Promise.all([
    run(command, [...flags, ...bindingArguments(options)], options),
    run(command, [...flags, ...args], options),
  ]);
  await rm(source);
}
