import * as tf from '@tensorflow/tfjs';
import { type CompiledModel, modelPrototype } from '../../tfjs/model-prototype.js';
import type { Acceleration } from '../acceleration.js';

/** Constraints of weights, applied after each training step; tfjs keeps them and never applies them in `fit`. */
export const constraints: Acceleration = {
  repair: true,
  apply(overrides) {
    overrides.method(modelPrototype(), 'makeTrainFunction', (make) => {
      return function (this: CompiledModel) {
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
