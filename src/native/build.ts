import type { Machine } from './machine.js';
import type { InstalledPackage } from './packages.js';
import type { Platform } from './platforms.js';

export interface InstallEvent {
  step: 'package' | 'note' | 'wait' | 'need' | 'download' | 'extract' | 'compile' | 'test' | 'link';
  text: string;
  /** Bytes, for the steps that can tell. */
  done?: number;
  total?: number;
}

/** The context of building one cache entry; made once, passed down. */
export interface Build {
  machine: Machine;
  platform: Platform;
  /** Of TensorFlow. */
  version: string;
  tfjsNode: InstalledPackage;
  /** The entry's folder once it is complete. */
  final: string;
  /** Beside it, for what an interrupted install leaves to the next. */
  partial: string;
  /** The entry under construction, inside `partial`. */
  staged: string;
  say: (event: InstallEvent) => void;
  /** Aborted where another process has taken over: from then on nothing here may be touched. */
  signal: AbortSignal;
}
