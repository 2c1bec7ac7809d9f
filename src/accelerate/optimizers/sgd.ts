import * as tf from '@tensorflow/tfjs';
import { changes } from '../../steps/changing.js';
import { type Sgd, sgdPrototype, type VariableGradients } from '../../tfjs/optimizers.js';
import type { Acceleration } from '../acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isFaster, isInReach, updateInOnePass } from './one-pass.js';
import { isNative, updatesOf } from './updates.js';

/** The most values for which one pass on wasm is the faster. */
const LARGEST = 1024;

/** Stochastic gradient descent, `w <- w - rate dw`: in place on the native backend, in one pass on cpu and, if small, wasm. */
export const sgd: Acceleration = {
  apply(overrides) {
    followVariables(overrides);
    overrides.method(sgdPrototype(), 'applyGradients', (applyGradients) => {
      return function (this: Sgd, gradients: VariableGradients) {
        if (isNative(gradients)) updateNative(this, gradients);
        else if (isInReach(gradients)) update(this, gradients);
        else return applyGradients.call(this, gradients);
        this.incrementIterations();
      };
    });
  },
};

function updateNative(optimizer: Sgd, gradients: VariableGradients): void {
  // The rate is read from its tensor.
  changes(optimizer, 'learningRate');
  tf.tidy(() => {
    const rate = tf.neg(optimizer.c);
    for (const { variable, gradient } of updatesOf(gradients)) {
      updateInPlace('ResourceApplyGradientDescent', [variable], [rate, gradient]);
    }
  });
}

function update({ c }: Sgd, gradients: VariableGradients): void {
  const step = c.arraySync();
  for (const { variable, gradient } of updatesOf(gradients)) {
    if (isFaster(variable, LARGEST)) {
      updateInOnePass([variable], [gradient], ([w, dw], [result]) => {
        for (let i = 0; i < result.length; i++) result[i] = w[i]! + step * dw[i]!;
      });
    } else tf.tidy(() => variable.assign(tf.add(tf.mul(c, gradient), variable)));
  }
}
