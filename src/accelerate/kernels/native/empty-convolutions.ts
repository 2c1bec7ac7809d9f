import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { nativeKernels } from './native-kernel.js';

type Call = Parameters<Parameters<typeof tf.registerKernel>[0]['kernelFunc']>[0];

interface Attributes {
  strides: [number, number];
  pad: 'valid' | 'same';
  dilations?: [number, number] | null;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const KERNELS = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D', 'Conv3D'];

/** Convolutions of no examples on the native backend, to which TensorFlow's ops give the shape of their input. */
export const emptyConvolutions: Acceleration = nativeKernels(KERNELS, (call, before, name) => {
  if ((call.inputs.x as tf.Tensor).size > 0) return before();
  return nothing(call, name);
});

/** The same on webgl, whose product for a filter of one pixel throws. */
export const emptyConvolutionsOnWebgl: Acceleration = {
  apply(overrides) {
    for (const name of KERNELS) {
      const before = tf.getKernel(name, 'webgl');
      if (!before) continue;
      overrides.kernel({
        ...before,
        kernelFunc: (call) =>
          (call.inputs.x as tf.Tensor).size > 0 ? before.kernelFunc(call) : nothing(call, name),
      });
    }
  },
};

/** The output of a convolution, which has no values. */
function nothing(call: Call, name: string): tf.Tensor {
  const x = call.inputs.x as tf.Tensor;
  const filter = call.inputs.filter as tf.Tensor;
  const { strides, pad, dilations: given, dimRoundingMode } = call.attrs as unknown as Attributes;
  const dilations = given ?? 1;
  const { outShape } =
    name === 'Conv3D'
      ? tf.backend_util.computeConv3DInfo(
          x.shape as never,
          filter.shape as never,
          strides as never,
          dilations as never,
          pad,
        )
      : tf.backend_util.computeConv2DInfo(
          x.shape as never,
          filter.shape as never,
          strides,
          dilations,
          pad,
          dimRoundingMode,
          name.includes('Depthwise'),
        );
  return tf.zeros(outShape);
}
