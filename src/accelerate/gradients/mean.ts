import type * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { overReduced } from './reductions.js';

/**
 * The gradient of a mean in one pass, `dx = dy / n` spread over the axes, where tfjs multiplies by a tensor of ones and
 * divides all of it.
 */
export const mean: Acceleration = {
  apply(overrides) {
    overrides.gradient({
      kernelName: 'Mean',
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved as [tf.Tensor];
        const share = (dy as tf.Tensor).size / x.size;
        return { x: () => overReduced(dy as tf.Tensor, x, attributes, share) };
      },
    });
  },
};
