import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isAtHand, pays, updateInOnePass } from './one-pass.js';
import { isNative, updatesOf, type VariableGradients } from './updates.js';

/** The most values for which one pass on wasm is the faster. */
const LARGEST = 1024;

interface Sgd {
  /** The rate, negative, as a tensor. */
  c: tf.Scalar;
  incrementIterations(): void;
}

/** Stochastic gradient descent, `w <- w - rate dw`: in place on the native backend, in one pass on cpu and, if small, wasm. */
export const sgd: Acceleration = {
  apply(overrides) {
    followVariables(overrides);
    overrides.method(tf.SGDOptimizer.prototype as never, 'applyGradients' as never, (applyGradients) => {
      return function (this: Sgd, gradients: VariableGradients) {
        if (isNative(gradients)) updateNative(this, gradients);
        else if (isAtHand(gradients)) update(this, gradients);
        else return applyGradients.call(this, gradients);
        this.incrementIterations();
      };
    });
  },
};

function updateNative({ c }: Sgd, gradients: VariableGradients): void {
  tf.tidy(() => {
    const rate = tf.scalar(-(c.dataSync()[0] as number));
    for (const { variable, gradient } of updatesOf(gradients)) {
      updateInPlace('ResourceApplyGradientDescent', [variable], [rate, gradient]);
    }
  });
}

function update({ c }: Sgd, gradients: VariableGradients): void {
  const [step] = c.dataSync() as unknown as [number];
  for (const { variable, gradient } of updatesOf(gradients)) {
    if (pays(variable, LARGEST)) {
      updateInOnePass([variable], [gradient], ([w, dw], [result]) => {
        for (let i = 0; i < result.length; i++) result[i] = (w[i] as number) + step * (dw[i] as number);
      });
    } else tf.tidy(() => variable.assign(tf.add(tf.mul(c, gradient), variable)));
  }
}
