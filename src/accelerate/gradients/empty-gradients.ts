import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

/** Kernels whose gradients sum over examples, or go to kernels that do, and what they save of their inputs. */
const KERNELS = {
  Add: ['a', 'b'],
  Sub: ['a', 'b'],
  Multiply: ['a', 'b'],
  RealDiv: ['a', 'b'],
  BatchMatMul: ['a', 'b'],
  Conv2D: ['x', 'filter'],
  Conv3D: ['x', 'filter'],
  DepthwiseConv2dNative: ['x', 'filter'],
  Conv2DBackpropInput: ['dy', 'filter'],
  Conv3DBackpropInputV2: ['dy', 'filter'],
  Prelu: ['x', 'alpha'],
};

/**
 * Gradients of an empty batch: zeros in the shape of each input. tfjs takes an axis of size 0 for one along which nothing
 * broadcasts, and leaves kernels nothing to sum, where some throw and those of wasm answer what their memory held.
 */
export const emptyGradients: Acceleration = {
  apply(overrides) {
    for (const [kernelName, inputs] of Object.entries(KERNELS)) {
      const before = tf.getGradient(kernelName);
      if (!before) continue;
      overrides.gradient({
        ...before,
        gradFunc: (dy, saved, attributes) => {
          if ((dy as tf.Tensor).size > 0) return before.gradFunc(dy, saved, attributes);
          return Object.fromEntries(
            inputs.map((name, i) => [name, () => tf.zerosLike(saved[i] as tf.Tensor)]),
          );
        },
      });
    }
  },
};
