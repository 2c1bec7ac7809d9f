import { cpus } from 'node:os';
import type * as tfjs from '@tensorflow/tfjs';
import type { BackendName } from '../native/backend.js';
import { packageVersion } from '../package-folder.js';
import { tensorflowVersion } from '../tfjs/native-of.js';
import type { RunEnvironment } from '../training/records.js';

/** Where the runs of this process are made. */
export function environmentOf(tf: typeof tfjs, backend: BackendName): RunEnvironment {
  const version = tensorflowVersion(tf);
  const processors = cpus();
  return {
    backend,
    evenkeel: packageVersion(),
    tfjs: tf.version_core,
    ...(version ? { tensorflow: version } : {}),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processor: `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}`,
  };
}
