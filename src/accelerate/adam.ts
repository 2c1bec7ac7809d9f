import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isNative, updatesOf, type VariableGradients } from './updates.js';

interface Moment {
  originalName: string;
  variable: tf.Variable;
}

interface Adam {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  accumulatedFirstMoment: Moment[];
  accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
}

/**
 * Adam in place on the native backend: one pass for each variable, where tfjs makes fourteen.
 *
 * TensorFlow's op adds epsilon to the root of the moment before its correction, tfjs after it: the op gets
 * `epsilon sqrt(1 - beta2^t)`, which makes the two the same.
 */
export const adam: Acceleration = {
  name: 'adam',
  apply(patches) {
    followVariables(patches);
    patches.method(tf.AdamOptimizer.prototype as never, 'applyGradients' as never, (applyGradients) => {
      return function (this: Adam, gradients: VariableGradients) {
        // The first step, which makes the moments, is tfjs's own.
        const updates = isNative(gradients) ? updatesOf(gradients) : [];
        const ready = updates.length > 0 && updates.every(({ i }) => this.accumulatedSecondMoment[i]);
        if (!ready) return applyGradients.call(this, gradients);
        tf.tidy(() => {
          const [rate, beta1, beta2] = [this.learningRate, this.beta1, this.beta2].map((value) =>
            tf.scalar(value),
          );
          const epsilon = tf.mul(this.epsilon, tf.sqrt(tf.sub(1, this.accBeta2)));
          for (const { variable, gradient, i } of updates) {
            const moments = [this.accumulatedFirstMoment[i], this.accumulatedSecondMoment[i]] as [
              Moment,
              Moment,
            ];
            updateInPlace(
              'ResourceApplyAdam',
              [variable, ...moments.map((moment) => moment.variable)],
              [this.accBeta1, this.accBeta2, rate, beta1, beta2, epsilon, gradient] as tf.Tensor[],
              { use_nesterov: false },
            );
          }
          this.accBeta1.assign(tf.mul(this.accBeta1, this.beta1) as tf.Scalar);
          this.accBeta2.assign(tf.mul(this.accBeta2, this.beta2) as tf.Scalar);
        });
        this.incrementIterations();
      };
    });
  },
};
