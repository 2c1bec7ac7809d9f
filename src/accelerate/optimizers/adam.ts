import * as tf from '@tensorflow/tfjs';
import { changingField, floatOf } from '../../steps/changing.js';
import { type Adam, adamPrototype, type VariableGradients } from '../../tfjs/optimizers.js';
import type { Acceleration } from '../acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isFaster, isInReach, updateInOnePass } from './one-pass.js';
import { haveSlots, isNative, updatesOf } from './updates.js';

/** The most values for which one pass on wasm is the faster. */
const LARGEST = 16384;

/**
 * Adam in one pass for each variable, where tfjs makes fourteen: in place on the native backend, and on cpu and, for small
 * ones, wasm; for large ones on wasm the corrections of the moments go into the rate, `c = sqrt(1 - beta2^t)`,
 * `w <- w - (rate c / (1 - beta1^t)) m / (sqrt v + epsilon c)`.
 *
 * TensorFlow's op adds epsilon to the root of the moment before its correction, tfjs after it: the op gets
 * `epsilon sqrt(1 - beta2^t)`, which makes the two the same.
 */
export const adam: Acceleration = {
  apply(overrides) {
    followVariables(overrides);
    overrides.method(adamPrototype(), 'applyGradients', (applyGradients) => {
      return function (this: Adam, gradients: VariableGradients) {
        const ready = haveSlots(gradients, (i) => slotsOf(this, i));
        if (ready && isNative(gradients)) tf.tidy(() => updateNative(this, gradients));
        else if (ready && isInReach(gradients)) tf.tidy(() => update(this, gradients));
        else return applyGradients.call(this, gradients);
        tf.tidy(() => {
          this.accBeta1.assign(tf.mul(this.accBeta1, this.beta1));
          this.accBeta2.assign(tf.mul(this.accBeta2, this.beta2));
        });
        this.incrementIterations();
      };
    });
  },
};

const slotsOf = (optimizer: Adam, i: number) => [
  optimizer.accumulatedFirstMoment[i],
  optimizer.accumulatedSecondMoment[i],
];

const momentsOf = (optimizer: Adam, i: number) =>
  [optimizer.accumulatedFirstMoment[i]!.variable, optimizer.accumulatedSecondMoment[i]!.variable] as const;

function updateNative(optimizer: Adam, gradients: VariableGradients): void {
  const { beta1, beta2, accBeta1, accBeta2, epsilon } = optimizer;
  const rate = tf.tensor(floatOf(changingField(optimizer, 'learningRate')), []);
  const [b1, b2] = [tf.scalar(beta1), tf.scalar(beta2)];
  const added = tf.mul(epsilon, tf.sqrt(tf.sub(1, accBeta2)));
  for (const { variable, gradient, i } of updatesOf(gradients)) {
    updateInPlace(
      'ResourceApplyAdam',
      [variable, ...momentsOf(optimizer, i)],
      [accBeta1, accBeta2, rate, b1, b2, added, gradient],
      { use_nesterov: false },
    );
  }
}

function update(optimizer: Adam, gradients: VariableGradients): void {
  const { learningRate, beta1, beta2, accBeta1, accBeta2, epsilon } = optimizer;
  const [power1, power2] = [accBeta1.arraySync(), accBeta2.arraySync()];
  const correction = Math.sqrt(1 - power2);
  const rate = (learningRate * correction) / (1 - power1);
  const added = epsilon * correction;
  for (const { variable, gradient, i } of updatesOf(gradients)) {
    const [first, second] = momentsOf(optimizer, i);
    if (isFaster(variable, LARGEST)) {
      updateInOnePass([variable, first, second], [gradient], ([w, m, v, dw], [newW, newM, newV]) => {
        for (let i = 0; i < newW.length; i++) {
          const d = dw[i]!;
          const mean = beta1 * m[i]! + (1 - beta1) * d;
          const square = beta2 * v[i]! + (1 - beta2) * d * d;
          newM[i] = mean;
          newV[i] = square;
          newW[i] = w[i]! - (rate * mean) / (Math.sqrt(square) + added);
        }
      });
    } else {
      const mean = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
      const square = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      first.assign(mean);
      second.assign(square);
      variable.assign(tf.sub(variable, tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(square), added))));
    }
  }
}
