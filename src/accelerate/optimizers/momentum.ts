import * as tf from '@tensorflow/tfjs';
import { changes } from '../../steps/changing.js';
import { type Momentum, momentumPrototype, type VariableGradients } from '../../tfjs/optimizers.js';
import type { Acceleration } from '../acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isFaster, isInReach, updateInOnePass } from './one-pass.js';
import { haveSlots, isNative, updatesOf } from './updates.js';

/** The most values for which one pass on wasm is the faster. */
const LARGEST = 1024;

/**
 * Momentum, `a <- m a + dw`, `w <- w - rate a`, or after Nesterov `w <- w - rate (dw + m a)`: in place on the native
 * backend, in one pass on cpu and, if small, wasm.
 */
export const momentum: Acceleration = {
  apply(overrides) {
    followVariables(overrides);
    overrides.method(momentumPrototype(), 'applyGradients', (applyGradients) => {
      return function (this: Momentum, gradients: VariableGradients) {
        const ready = haveSlots(gradients, (i) => [this.accumulations[i]]);
        if (ready && isNative(gradients)) updateNative(this, gradients);
        else if (ready && isInReach(gradients)) update(this, gradients);
        else return applyGradients.call(this, gradients);
        this.incrementIterations();
      };
    });
  },
};

const accumulationOf = ({ accumulations }: Momentum, i: number) => accumulations[i]!.variable;

function updateNative(optimizer: Momentum, gradients: VariableGradients): void {
  // The rate is read from its tensor.
  changes(optimizer, 'learningRate');
  tf.tidy(() => {
    const rate = tf.neg(optimizer.c);
    for (const { variable, gradient, i } of updatesOf(gradients)) {
      const variables = [variable, accumulationOf(optimizer, i)];
      updateInPlace('ResourceApplyMomentum', variables, [rate, gradient, optimizer.m], {
        use_nesterov: optimizer.useNesterov,
      });
    }
  });
}

function update(optimizer: Momentum, gradients: VariableGradients): void {
  const { c, m, useNesterov } = optimizer;
  const [step, kept] = [c.arraySync(), m.arraySync()];
  for (const { variable, gradient, i } of updatesOf(gradients)) {
    const accumulation = accumulationOf(optimizer, i);
    if (isFaster(variable, LARGEST)) {
      updateInOnePass([variable, accumulation], [gradient], ([w, a, dw], [newW, newA]) => {
        for (let i = 0; i < newW.length; i++) {
          const d = dw[i]!;
          const sum = kept * a[i]! + d;
          newA[i] = sum;
          newW[i] = w[i]! + step * (useNesterov ? d + kept * sum : sum);
        }
      });
    } else {
      tf.tidy(() => {
        const sum = tf.add(tf.mul(m, accumulation), gradient);
        const d = useNesterov ? tf.add(gradient, tf.mul(sum, m)) : sum;
        accumulation.assign(sum);
        variable.assign(tf.add(tf.mul(c, d), variable));
      });
    }
  }
}
