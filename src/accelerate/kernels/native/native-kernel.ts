import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';

type Kernel = Parameters<typeof tf.registerKernel>[0];
type Call = Parameters<Kernel['kernelFunc']>[0];
type Result = ReturnType<Kernel['kernelFunc']>;

/** A kernel of tfjs-node's in another form, which may leave a call, or another in its place, to the one that is there. */
export function nativeKernel(
  kernelName: string,
  kernel: (call: Call, before: (instead?: Call) => Result) => Result,
): Required<Pick<Acceleration, 'backend' | 'needed' | 'apply'>> {
  return {
    backend: 'tensorflow',
    needed: () => tf.getKernel(kernelName, 'tensorflow') !== undefined,
    apply(overrides) {
      const before = tf.getKernel(kernelName, 'tensorflow');
      overrides.kernel({
        ...before,
        kernelFunc: (call) => kernel(call, (instead = call) => before.kernelFunc(instead)),
      });
    },
  };
}

/** The same for several; the kernel is told which it is. */
export function nativeKernels(
  kernelNames: string[],
  kernel: (call: Call, before: (instead?: Call) => Result, kernelName: string) => Result,
): ReturnType<typeof nativeKernel> {
  const each = kernelNames.map((name) => nativeKernel(name, (call, before) => kernel(call, before, name)));
  return {
    backend: 'tensorflow',
    needed: () => each.every(({ needed }) => needed()),
    apply(overrides) {
      for (const { apply } of each) apply(overrides);
    },
  };
}

/** A tensor of the same values, without a copy. */
export function share(x: tf.TensorInfo, { backend }: Call): tf.TensorInfo {
  (backend as tf.KernelBackend).incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
