import type * as tf from '@tensorflow/tfjs';
import { builtin } from '../tfjs/builtins.js';
import type { Acceleration } from './acceleration.js';

/**
 * A batch normalization that is frozen (`trainable = false`) normalizes by its moving statistics and leaves them as they
 * are, as Keras has it since version 2; tfjs goes on with the statistics of the batch, and moves the others.
 */
export const frozenBatchNorm: Acceleration = {
  repair: true,
  apply(patches) {
    patches.method(builtin('BatchNormalization').prototype, 'call', (call) => {
      return function (this: { trainable: boolean }, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        return call.call(this, inputs, this.trainable ? kwargs : { ...kwargs, training: false });
      };
    });
  },
};
