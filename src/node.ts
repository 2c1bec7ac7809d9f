export {
  type BackendName,
  type LoadBackendOptions,
  type LoadedBackend,
  loadBackend,
} from './native/backend.js';
export { type Probe, probeBackends } from './native/probe.js';
