import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isNative, updatesOf, type VariableGradients } from './updates.js';

interface Sgd {
  /** The rate, negative, as a tensor. */
  c: tf.Scalar;
  incrementIterations(): void;
}

/** Stochastic gradient descent, `w <- w - rate dw`, in place on the native backend. */
export const sgd: Acceleration = {
  name: 'sgd',
  apply(patches) {
    followVariables(patches);
    patches.method(tf.SGDOptimizer.prototype as never, 'applyGradients' as never, (applyGradients) => {
      return function (this: Sgd, gradients: VariableGradients) {
        if (!isNative(gradients)) return applyGradients.call(this, gradients);
        tf.tidy(() => {
          const rate = tf.neg(this.c);
          for (const { variable, gradient } of updatesOf(gradients)) {
            updateInPlace('ResourceApplyGradientDescent', [variable], [rate, gradient]);
          }
        });
        this.incrementIterations();
      };
    });
  },
};
