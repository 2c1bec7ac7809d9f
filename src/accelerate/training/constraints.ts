import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

interface Trained {
  collectedTrainableWeights: { constraint?: unknown; val: tf.Variable; write(value: tf.Tensor): unknown }[];
}

/** Constraints of weights, applied after each training step; tfjs keeps them and never applies them in `fit`. */
export const constraints: Acceleration = {
  repair: true,
  apply(overrides) {
    overrides.method(tf.LayersModel.prototype as never, 'makeTrainFunction' as never, (make) => {
      return function (this: Trained) {
        const step = make.call(this);
        return (data: tf.Tensor[]) => {
          const result = step(data);
          tf.tidy(() => {
            for (const weight of this.collectedTrainableWeights) {
              // To write a weight is to apply its constraint.
              if (weight.constraint) weight.write(weight.val.clone());
            }
          });
          return result;
        };
      };
    });
  },
};
