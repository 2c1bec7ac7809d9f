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

/** An acceleration that puts one override before each of these kernels of a backend; not needed where it has none of them. */
export const overrideOn = <B extends Backend, K extends KernelName>(
  backend: B,
  kernelNames: readonly K[],
  override: KernelOverride<K, B>,
): Acceleration => ({
  needed: () => kernelNames.some((name) => tf.getKernel(name, backend) !== undefined),
  apply: overrideKernels(backend, kernelNames, override),
});

/** An acceleration that adds a kernel; not needed once the backend has its own, which then stays. */
export const addOn = <B extends Backend, K extends KernelName>(
  backend: B,
  kernelName: K,
  kernel: KernelOverride<K, B>,
): Acceleration => ({
  needed: () => tf.getKernel(kernelName, backend) === undefined,
  apply: addKernel(backend, kernelName, kernel),
});

/** Several accelerations under one name, for a fix that takes more than one kernel. */
export const together = (...parts: [Acceleration, ...Acceleration[]]): Acceleration => ({
  needed: () => parts.some(({ needed }) => needed?.() ?? true),
  apply(overrides) {
    for (const { apply } of parts) apply(overrides);
  },
});
