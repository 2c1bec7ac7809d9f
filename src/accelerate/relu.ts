import * as tf from '@tensorflow/tfjs';
import { FLOAT } from '../ops/native-attributes.js';
import { nativeGradientOp } from '../ops/native-op.js';
import type { Acceleration } from './acceleration.js';

/**
 * The gradient of relu as one pass, `dx = dy where x > 0, else 0`, where the native backend otherwise makes the step
 * function of five ops.
 */
export const relu: Acceleration = {
  apply(patches) {
    const before = tf.getGradient('Relu');
    patches.gradient({
      kernelName: 'Relu',
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        const dx = () => nativeGradientOp('ReluGrad', FLOAT, () => [dy as tf.Tensor, x]);
        return { x: () => dx() ?? (before.gradFunc(dy, saved, attributes).x?.() as tf.Tensor) };
      },
    });
  },
};
