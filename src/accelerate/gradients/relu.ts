import type * as tf from '@tensorflow/tfjs';
import { throughRelu } from '../../ops/through-relu.js';
import type { Acceleration } from '../acceleration.js';

/**
 * The gradient of relu in one program, `dx = dy where x > 0, else 0`, where the native backend otherwise makes the step
 * function of five ops.
 */
export const relu: Acceleration = {
  apply(overrides) {
    overrides.gradient({
      kernelName: 'Relu',
      inputsToSave: ['x'],
      gradFunc: (dy, saved) => {
        const [x] = saved as [tf.Tensor];
        return { x: () => throughRelu(dy as tf.Tensor, x) };
      },
    });
  },
};
