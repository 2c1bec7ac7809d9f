import { registerAll } from './register-all.js';

export { type Examples, split, take } from './data/examples.js';
export { loadMnist, type MnistOptions } from './data/mnist.js';
export { modelFiles } from './data/model-files.js';
export {
  type BackendName,
  type LoadBackendOptions,
  type LoadedBackend,
  loadBackend,
} from './native/backend.js';
export type { Precision } from './native/precision.js';
export { type Probe, probeBackends } from './native/probe.js';

// A model that has our layers loads wherever modelFiles is imported.
registerAll();
