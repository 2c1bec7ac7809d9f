import * as tf from '@tensorflow/tfjs';
import { builtin } from '../../tfjs/builtins.js';
import { freezeWeights, isFrozen } from '../../tfjs/frozen.js';
import type { Acceleration } from '../acceleration.js';

/**
 * A batch normalization that is frozen (`trainable = false`, its own or that of a model around it) normalizes by its moving statistics and leaves them as they
 * are, as Keras has it since version 2; tfjs goes on with the statistics of the batch, and moves the others. Models
 * are compiled with all that is in a frozen model frozen, where tfjs forgets cells, wrapped layers and a model that is the
 * first of a sequential one.
 */
export const frozenBatchNormalization: Acceleration = {
  repair: true,
  apply(overrides) {
    overrides.method(builtin('BatchNormalization').prototype, 'call', (call) => {
      return function (this: tf.layers.Layer, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        return call.call(this, inputs, isFrozen(this) ? { ...kwargs, training: false } : kwargs);
      };
    });
    overrides.method(tf.LayersModel.prototype, 'compile', (compile) => {
      return function (args) {
        freezeWeights(this);
        compile.call(this, args);
      };
    });
  },
};
