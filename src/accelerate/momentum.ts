import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isNative, updatesOf, type VariableGradients } from './updates.js';

interface Momentum {
  c: tf.Scalar;
  m: tf.Scalar;
  useNesterov: boolean;
  accumulations: { originalName: string; variable: tf.Variable }[];
  incrementIterations(): void;
}

/**
 * Momentum, `a <- m a + dw`, `w <- w - rate a`, or after Nesterov `w <- w - rate (dw + m a)`, in place on the native
 * backend.
 */
export const momentum: Acceleration = {
  name: 'momentum',
  apply(patches) {
    followVariables(patches);
    patches.method(tf.MomentumOptimizer.prototype as never, 'applyGradients' as never, (applyGradients) => {
      return function (this: Momentum, gradients: VariableGradients) {
        // The first step, which makes the accumulators, is tfjs's own.
        const updates = isNative(gradients) ? updatesOf(gradients) : [];
        const ready = updates.length > 0 && updates.every(({ i }) => this.accumulations[i]);
        if (!ready) return applyGradients.call(this, gradients);
        tf.tidy(() => {
          const rate = tf.neg(this.c);
          for (const { variable, gradient, i } of updates) {
            const { variable: accumulation } = this.accumulations[i] as { variable: tf.Variable };
            updateInPlace('ResourceApplyMomentum', [variable, accumulation], [rate, gradient, this.m], {
              use_nesterov: this.useNesterov,
            });
          }
        });
        this.incrementIterations();
      };
    });
  },
};
