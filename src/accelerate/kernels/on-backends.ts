import * as tf from '@tensorflow/tfjs';
import type { KernelName } from '../../tfjs/kernels.js';
import {
  addKernel,
  type Backends,
  type KernelOverride,
  overrideKernels,
} from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';

type Backend = keyof Backends;

/** One override before each of these kernels of a backend, where it has them. */
export const overrideOn = <B extends Backend, K extends KernelName>(
  backend: B,
  kernelNames: readonly K[],
  override: KernelOverride<K, B>,
): Acceleration => ({
  needed: () => kernelNames.some((name) => tf.getKernel(name, backend) !== undefined),
  apply: overrideKernels(backend, kernelNames, override),
});

/** A kernel that a backend lacks. */
export const addOn = <B extends Backend, K extends KernelName>(
  backend: B,
  kernelName: K,
  kernel: KernelOverride<K, B>,
): Acceleration => ({
  needed: () => tf.getKernel(kernelName, backend) === undefined,
  apply: addKernel(backend, kernelName, kernel),
});

/** Several for one backend as one. */
export const together = (...parts: [Acceleration, ...Acceleration[]]): Acceleration => ({
  needed: () => parts.some(({ needed }) => needed?.() ?? true),
  apply(overrides) {
    for (const { apply } of parts) apply(overrides);
  },
});
