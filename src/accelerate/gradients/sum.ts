import type * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { overReduced } from './reductions.js';

/** The gradient of a sum in one pass, `dx = dy` spread over the axes, where tfjs multiplies by a tensor of ones. */
export const sum: Acceleration = {
  apply(overrides) {
    overrides.gradient({
      kernelName: 'Sum',
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        return { x: () => overReduced(dy as tf.Tensor, x, attributes) };
      },
    });
  },
};
