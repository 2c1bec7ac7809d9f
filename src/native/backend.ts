import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { messageOf } from '../errors/caught.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { skipGreeting } from '../tfjs/native-of.js';
import { bindingPath, cachedEntries, cacheRoot, hasBinding } from './cache.js';
import { checkMachine } from './chain.js';
import { NativeFailure } from './failure.js';
import { linkPackage, readLink } from './link.js';
import { type Machine, thisMachine } from './machine.js';
import { repairNode } from './node-repair.js';
import { findForEvenkeel, findForUser, findPackage, findTfjsNode } from './packages.js';
import { supportOf } from './platforms.js';
import { type Precision, precisions, settledWithout, withPrecision } from './precision.js';
import { loadQuietly } from './quiet.js';

const require = createRequire(import.meta.url);

export type BackendName = 'native' | 'wasm' | 'cpu';

export interface LoadBackendOptions {
  /** Backends in the order to try them. Default: native, wasm, cpu. */
  prefer?: readonly BackendName[];
  /**
   * What matrix products and convolutions are computed in on the native backend: `'bfloat16'` rounds their inputs to
   * bfloat16, 8 significant bits, where the processor has the units for it (AMX, AVX512_BF16, BF16 of Arm), and sums in float32; weights,
   * updates and all other ops stay float32. Elsewhere products stay float32, and `reason` says so. With AVX512_BF16
   * alone, results of products are rounded too, and products too small to gain stay float32.
   * Default: `'float32'`.
   */
  precision?: Precision;
}

export interface LoadedBackend {
  /** The namespace of `@tensorflow/tfjs`, with the backend set. */
  tf: typeof tfjs;
  backend: BackendName;
  /** What products are computed in, as a trial product showed. */
  precision: Precision;
  /**
   * Why no earlier preference was taken and why the precision is another than asked for, and what to do about it, in one
   * line; '' when all is as asked for.
   */
  reason: string;
}

const installCommand = 'run `npx evenkeel native install`';

/** Why the native backend is not available when nothing is installed. */
async function notInstalled(machine: Machine): Promise<NativeFailure> {
  const check = await checkMachine(machine);
  if (check.ok) return new NativeFailure(`not installed; ${installCommand}`);
  const unsupported = !supportOf(machine).ok;
  return new NativeFailure(
    `${check.problem}; ${check.remedy}${unsupported ? '' : `, then ${installCommand}`}`,
  );
}

/** Makes sure that tfjs-node has its library and binding, from the cache where its links are gone; returns its folder. */
export async function readyNative(machine: Machine): Promise<{ folder: string; binding: string }> {
  const tfjsNode = findTfjsNode(machine);
  if (!tfjsNode) throw await notInstalled(machine);
  const { folder, version } = tfjsNode;
  const state = readLink(folder);
  if (state.kind === 'stock') return { folder, binding: folder };
  if (state.kind === 'linked') return { folder, binding: state.binding };
  const support = supportOf(machine);
  if (!support.ok) throw await notInstalled(machine);
  const cached = cachedEntries(cacheRoot(machine), support.platform).find((entry) =>
    hasBinding(entry, version),
  );
  if (!cached) throw await notInstalled(machine);
  try {
    linkPackage(folder, version, cached.folder);
  } catch (error) {
    if (error instanceof NativeFailure) throw error;
    throw new NativeFailure(`cannot link the library into ${folder} (${messageOf(error)}); make it writable`);
  }
  return { folder, binding: bindingPath(cached.folder, version) };
}

async function useNative(tf: typeof tfjs, machine: Machine): Promise<void> {
  if (!tf.engine().registryFactory.tensorflow) {
    const { folder, binding } = await readyNative(machine);
    const theirs = findPackage('@tensorflow/tfjs', folder)?.folder;
    const ours = findForEvenkeel('@tensorflow/tfjs')?.folder;
    if (theirs !== ours) {
      throw new NativeFailure(
        `tfjs-node uses another copy of @tensorflow/tfjs (${theirs}) than evenkeel (${ours}); run \`npm dedupe\``,
      );
    }
    repairNode();
    try {
      loadQuietly(() => require(folder), binding);
    } catch (error) {
      const [line] = messageOf(error).trim().split('\n');
      throw new NativeFailure(`it does not load (${line}); run \`npx evenkeel doctor\``);
    }
  }
  if (!(await tf.setBackend('tensorflow')))
    throw new NativeFailure('it does not start; run `npx evenkeel doctor`');
}

async function useWasm(tf: typeof tfjs, machine: Machine): Promise<void> {
  const place = findForUser('@tensorflow/tfjs-backend-wasm', machine);
  if (!place) {
    throw new NativeFailure('the package is not installed; run `npm install @tensorflow/tfjs-backend-wasm`');
  }
  const wasm = require(place.folder) as { setWasmPaths(prefix: string): void };
  try {
    // Paths are fixed at the first start; tfjs warns if they are set again.
    if (!tf.engine().registry.wasm) wasm.setWasmPaths(join(place.folder, 'dist', '/'));
    if (await tf.setBackend('wasm')) return;
  } catch (error) {
    const [line] = messageOf(error).trim().split('\n');
    throw new NativeFailure(`it does not start (${line}); reinstall @tensorflow/tfjs-backend-wasm`);
  }
  throw new NativeFailure('it does not start; reinstall @tensorflow/tfjs-backend-wasm');
}

async function useCpu(tf: typeof tfjs): Promise<void> {
  skipGreeting(tf);
  if (!(await tf.setBackend('cpu'))) throw new NativeFailure('it does not start; reinstall @tensorflow/tfjs');
}

const loaders: Readonly<Record<BackendName, (tf: typeof tfjs, machine: Machine) => Promise<void>>> = {
  native: useNative,
  wasm: useWasm,
  cpu: useCpu,
};

/** The seam that tests use: `loadBackend` on a machine of their own. */
export async function loadBackendOn(
  machine: Machine,
  prefer: readonly BackendName[],
  asked: Precision = 'float32',
): Promise<LoadedBackend> {
  const known = Object.keys(loaders);
  const list: unknown = prefer;
  if (!Array.isArray(list)) {
    throw new Error(
      `loadBackend: prefer must be a list of ${known.join(', ')}; received ${JSON.stringify(prefer)}`,
    );
  }
  const unknown = prefer.find((name) => !known.includes(name));
  if (unknown !== undefined || prefer.length === 0) {
    const received = prefer.length === 0 ? 'an empty list' : JSON.stringify(unknown);
    throw new Error(`loadBackend: prefer must name some of ${known.join(', ')}; received ${received}`);
  }
  if (!precisions.includes(asked)) {
    throw new Error(
      `loadBackend: precision must be ${precisions.join(' or ')}; received ${JSON.stringify(asked)}`,
    );
  }
  const tf = await import('@tensorflow/tfjs');
  const reasons: string[] = [];
  for (const backend of prefer) {
    try {
      const load = () => loaders[backend](tf, machine);
      const { precision, problem } =
        backend === 'native'
          ? await withPrecision(asked, machine, tf, load)
          : await load().then(() => settledWithout(asked, backend));
      if (problem) reasons.push(problem);
      return { tf, backend, precision, reason: reasons.join('. ') };
    } catch (error) {
      if (!(error instanceof NativeFailure)) throw error;
      reasons.push(`${backend} backend not used: ${error.message}`);
    }
  }
  throw new Error(reasons.join('. '));
}

/**
 * Takes the first backend that works and sets it.
 *
 * A native backend that lies in the cache but is no longer linked (after `npm ci`) is linked again on the way.
 * Several calls in one process may choose differently; on a processor with AMX or with BF16 of Arm the precision of the
 * first call stays with the library, and a later call that asks for another says so in `reason`.
 *
 * @example
 * const { tf, backend, reason } = await loadBackend();
 * if (reason) console.error(reason);
 * @example
 * const { precision } = await loadBackend({ precision: 'bfloat16' }); // 'float32' where there are no units for it
 * @throws Error where none of `prefer` works, for an option, a backend or a precision that there is none of
 */
export async function loadBackend(options: LoadBackendOptions = {}): Promise<LoadedBackend> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const received = JSON.stringify(options);
    throw new Error(
      `loadBackend: its argument must be an object, such as { prefer: ['wasm'] }; received ${received}`,
    );
  }
  const { prefer = ['native', 'wasm', 'cpu'], precision, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new Error(`loadBackend: no option ${unknown}; ${didYouMean(unknown, ['prefer', 'precision'])}`);
  }
  return loadBackendOn(thisMachine(), prefer, precision);
}
