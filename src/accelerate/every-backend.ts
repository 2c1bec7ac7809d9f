import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import type { Patches } from './patches.js';

type KernelFunc = Parameters<typeof tf.registerKernel>[0]['kernelFunc'];
type Call = Parameters<KernelFunc>[0];

/** A kernel that may leave a call to the one that is there. */
export type Kernel = (call: Call, before: KernelFunc) => ReturnType<KernelFunc>;

/**
 * Kernels around those of the backends that compute in JavaScript's reach: cpu and webgl at once, wasm once that one is
 * set.
 */
export function everywhere(kernels: Record<string, Kernel>): { onAll: Acceleration; onWasm: Acceleration } {
  const around = (patches: Patches, backendName: string) => {
    for (const [kernelName, kernel] of Object.entries(kernels)) {
      const before = tf.getKernel(kernelName, backendName);
      if (!before) continue;
      patches.kernel({ ...before, kernelFunc: (call) => kernel(call, before.kernelFunc) });
    }
  };
  return {
    onAll: {
      apply(patches) {
        for (const backend of ['cpu', 'webgl']) around(patches, backend);
      },
    },
    onWasm: { backend: 'wasm', apply: (patches) => around(patches, 'wasm') },
  };
}
