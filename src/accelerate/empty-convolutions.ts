import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { nativeKernels } from './native-kernel.js';

interface Attributes {
  strides: [number, number];
  pad: 'valid' | 'same';
  dilations?: [number, number] | null;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Convolutions of no examples on the native backend, to which TensorFlow's ops give the shape of their input. */
export const emptyConvolutions: Acceleration = nativeKernels(
  ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D', 'Conv3D'],
  (call, before, name) => {
    const x = call.inputs.x as tf.Tensor;
    const filter = call.inputs.filter as tf.Tensor;
    if (x.size > 0) return before();
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
  },
);
