import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { compute } from '../algebra.js';

/** The gradient of softmax, `dx = y (dy - sum(dy y))`: on the native backend as one program, where tfjs runs four ops. */
export const softmax: Acceleration = {
  apply(overrides) {
    const before = tf.getGradient('Softmax');
    overrides.gradient({
      ...before,
      gradFunc: (dy, saved, attributes) => {
        const [y] = saved as [tf.Tensor];
        const { dim } = attributes as unknown as { dim: number };
        if (tf.getBackend() !== 'tensorflow' || dim !== y.rank - 1)
          return before.gradFunc(dy, saved, attributes);
        const logits = () =>
          compute([dy as tf.Tensor, y], ({ mul, sub, sumLast }, inputs) => {
            const [dy, y] = inputs as [(typeof inputs)[0], (typeof inputs)[0]];
            const along = mul(dy, y);
            return [sub(along, mul(y, sumLast(along, true)))];
          })[0] as tf.Tensor;
        return { logits };
      },
    });
  },
};
