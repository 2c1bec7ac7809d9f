import type { Machine } from './machine.js';

export const defaultTensorflow = '2.21.0';

/** Where one platform's library comes from, what it is called, and how the binding finds it. */
export interface Platform {
  /** Ending of the cache key. */
  name: string;
  /** Project on the Python package index whose wheel holds the library. */
  project: string;
  /** Tags for `pip download --platform`; pip takes the first that has a wheel. */
  tags: readonly string[];
  /** Oldest version whose wheel holds the library. */
  oldest: string;
  /** Files of the wheel, under `tensorflow/`, and the names that they get in the cache. */
  libraries: readonly string[];
  /** Extra names under which a linker or the binding looks for a library. */
  links: Readonly<Record<string, string>>;
  /** The loader's word for "the folder of the file being loaded". */
  origin: '$ORIGIN' | '@loader_path';
  /** Bytes of the default version, measured, so that the need can be said before anything is downloaded. */
  size: { wheel: number; unpacked: number };
}

const elf = {
  libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  links: {
    'libtensorflow.so.2': 'libtensorflow_cc.so.2',
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  },
  origin: '$ORIGIN',
} as const;

export const platforms: Readonly<Record<string, Platform>> = {
  'linux-x64': {
    name: 'linux-x86_64',
    project: 'tensorflow-cpu',
    tags: ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    oldest: '2.15.0',
    ...elf,
    size: { wheel: 274_000_871, unpacked: 854_000_000 },
  },
};

export type Support = { ok: true; platform: Platform } | { ok: false; problem: string; remedy: string };

export function supportOf(machine: Pick<Machine, 'platform' | 'arch' | 'glibc'>): Support {
  const platform = platforms[`${machine.platform}-${machine.arch}`];
  if (!platform) {
    const windows = machine.platform === 'win32';
    return {
      ok: false,
      problem: `no native backend for ${machine.platform} ${machine.arch}`,
      remedy: windows
        ? 'run inside WSL (Linux on Windows), or use the wasm backend'
        : `use the wasm backend (supported natively: ${Object.keys(platforms).join(', ')})`,
    };
  }
  if (machine.platform === 'linux' && !machine.glibc()) {
    return {
      ok: false,
      problem: 'TensorFlow needs the GNU C library and this Linux has another (musl)',
      remedy: 'use a Debian, Ubuntu or Fedora image, or the wasm backend',
    };
  }
  return { ok: true, platform };
}
