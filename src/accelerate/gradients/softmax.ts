import * as tf from '@tensorflow/tfjs';
import { overrideOutputGradient } from '../../tfjs/override-gradient.js';
import type { Acceleration } from '../acceleration.js';
import { compute } from '../algebra.js';

/** The gradient of softmax, `dx = y (dy - sum(dy y))`: on the native backend as one program, where tfjs runs four ops. */
export const softmax: Acceleration = {
  apply: overrideOutputGradient('Softmax', (dy, y, { dim }) => {
    if (tf.getBackend() !== 'tensorflow' || dim !== y.rank - 1) return null;
    return { logits: () => softmaxGradient(dy, y) };
  }),
};

function softmaxGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const [dx] = compute([dy, y], ({ mul, sub, sumLast }, [dy, y]) => {
    const along = mul(dy!, y!);
    return [sub(along, mul(y!, sumLast(along, true)))];
  });
  return dx!;
}
