import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';

type Kernel = Parameters<typeof tf.registerKernel>[0];
type Call = Parameters<Kernel['kernelFunc']>[0];
type Result = ReturnType<Kernel['kernelFunc']>;

/** A kernel of tfjs-node's in another form, which may leave a call to the one that is there. */
export function nativeKernel(
  kernelName: string,
  kernel: (call: Call, before: () => Result) => Result,
): Required<Pick<Acceleration, 'backend' | 'needed' | 'apply'>> {
  return {
    backend: 'tensorflow',
    needed: () => tf.getKernel(kernelName, 'tensorflow') !== undefined,
    apply(patches) {
      const before = tf.getKernel(kernelName, 'tensorflow');
      patches.kernel({ ...before, kernelFunc: (call) => kernel(call, () => before.kernelFunc(call)) });
    },
  };
}

/** A tensor of the same values, without a copy. */
export function share(x: tf.TensorInfo, { backend }: Call): tf.TensorInfo {
  (backend as tf.KernelBackend).incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
