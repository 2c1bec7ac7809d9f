import * as tf from '@tensorflow/tfjs';
import type { Overrides } from '../../tfjs/overrides.js';
import type { Acceleration } from '../acceleration.js';

type KernelFunc = Parameters<typeof tf.registerKernel>[0]['kernelFunc'];
type Call = Parameters<KernelFunc>[0];

/** A kernel that may leave a call to the one that is there. */
export type Kernel = (call: Call, before: KernelFunc) => ReturnType<KernelFunc>;

/**
 * Kernels around those of the backends that compute in JavaScript's reach: cpu and webgl at once, wasm once that one is
 * set.
 */
export function everywhere(kernels: Record<string, Kernel>): { onAll: Acceleration; onWasm: Acceleration } {
  const around = (overrides: Overrides, backendName: string) => {
    for (const [kernelName, kernel] of Object.entries(kernels)) {
      const before = tf.getKernel(kernelName, backendName);
      if (!before) continue;
      overrides.kernel({ ...before, kernelFunc: (call) => kernel(call, before.kernelFunc) });
    }
  };
  return {
    onAll: {
      apply(overrides) {
        for (const backend of ['cpu', 'webgl']) around(overrides, backend);
      },
    },
    onWasm: { backend: 'wasm', apply: (overrides) => around(overrides, 'wasm') },
  };
}
