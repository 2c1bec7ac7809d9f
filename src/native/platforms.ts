import type { Machine } from './machine.js';

export const defaultTensorflow = '2.21.0';

/** Where one platform's library comes from, what it is called, and how the binding finds it. */
export interface Platform {
  /** Ending of the cache key. */
  name: string;
  /** Project on the Python package index whose wheel holds the library. */
  project: string;
  /** Tags for `pip download --platform`; pip takes whichever has a wheel, a pip before 20.3 looks at the last alone. */
  tags: readonly string[];
  /** Oldest version whose wheel of that project holds the library. */
  oldest: string;
  /** Files of the wheel, under `tensorflow/`. */
  libraries: readonly string[];
  /** What makes the compiler write something that Node can load. */
  shared: readonly string[];
  /** The loader's word for "the folder of the file being loaded". */
  origin: '$ORIGIN' | '@loader_path';
  /** Bytes of the default version, measured, so that the need can be said before anything is downloaded. */
  size: { wheel: number; unpacked: number };
}

const linux = {
  libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  shared: ['-shared'],
  origin: '$ORIGIN',
} as const;

/** The key is Node's own `platform-arch`. */
export const platforms: Readonly<Record<string, Platform>> = {
  'linux-x64': {
    ...linux,
    name: 'linux-x86_64',
    project: 'tensorflow-cpu',
    tags: ['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux_2_27_x86_64'],
    oldest: '2.15.0',
    size: { wheel: 274_000_871, unpacked: 854_000_000 },
  },
  'linux-arm64': {
    ...linux,
    name: 'linux-aarch64',
    project: 'tensorflow',
    tags: ['manylinux2014_aarch64', 'manylinux_2_17_aarch64', 'manylinux_2_27_aarch64'],
    oldest: '2.16.1',
    size: { wheel: 281_946_471, unpacked: 884_000_000 },
  },
  'darwin-arm64': {
    name: 'macos-arm64',
    project: 'tensorflow',
    tags: ['macosx_12_0_arm64'],
    oldest: '2.16.1',
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    shared: ['-bundle', '-undefined', 'dynamic_lookup'],
    origin: '@loader_path',
    size: { wheel: 223_488_205, unpacked: 742_000_000 },
  },
};

export const inMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

export type Support = { ok: true; platform: Platform } | { ok: false; problem: string; remedy: string };

export function supportOf(machine: Pick<Machine, 'platform' | 'arch' | 'glibc'>): Support {
  const platform = platforms[`${machine.platform}-${machine.arch}`];
  if (!platform) {
    return {
      ok: false,
      problem: `no native backend for ${machine.platform} ${machine.arch}`,
      remedy:
        machine.platform === 'win32'
          ? 'run inside WSL (Linux on Windows) or use the wasm backend'
          : `use the wasm backend (native: ${Object.keys(platforms).join(', ')})`,
    };
  }
  if (machine.platform === 'linux' && !machine.glibc()) {
    return {
      ok: false,
      problem: 'TensorFlow needs the GNU C library and this Linux has another',
      remedy: 'use a system with glibc (Debian, Ubuntu, Fedora) or the wasm backend',
    };
  }
  return { ok: true, platform };
}

const parts = (version: string) => version.split('.').map(Number);

export function isOlder(version: string, than: string): boolean {
  const [a, b] = [parts(version), parts(than)];
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs >= 0 && (a[differs] ?? 0) < (b[differs] ?? 0);
}
