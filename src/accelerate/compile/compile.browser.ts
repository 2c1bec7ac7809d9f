import type { CompiledReport } from './compile.js';

/** In bundles for browsers, which have no native backend: nothing is compiled. */
export const compileSteps = (): void => {};

export const compiledOf = (): CompiledReport => ({ training: [], evaluation: [], prediction: [] });
