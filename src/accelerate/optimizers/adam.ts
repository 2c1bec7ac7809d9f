import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { followVariables, updateInPlace } from './native-variables.js';
import { isAtHand, pays, updateInOnePass } from './one-pass.js';
import { haveSlots, isNative, type Slot, updatesOf, type VariableGradients } from './updates.js';

/** The most values for which one pass on wasm is the faster. */
const LARGEST = 16384;

interface Adam {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  accumulatedFirstMoment: (Slot | undefined)[];
  accumulatedSecondMoment: (Slot | undefined)[];
  incrementIterations(): void;
}

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
    overrides.method(tf.AdamOptimizer.prototype as never, 'applyGradients' as never, (applyGradients) => {
      return function (this: Adam, gradients: VariableGradients) {
        const ready = haveSlots(gradients, (i) => slotsOf(this, i));
        if (ready && isNative(gradients)) tf.tidy(() => updateNative(this, gradients));
        else if (ready && isAtHand(gradients)) tf.tidy(() => update(this, gradients));
        else return applyGradients.call(this, gradients);
        tf.tidy(() => {
          this.accBeta1.assign(tf.mul(this.accBeta1, this.beta1) as tf.Scalar);
          this.accBeta2.assign(tf.mul(this.accBeta2, this.beta2) as tf.Scalar);
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
  slotsOf(optimizer, i).map((slot) => slot?.variable) as [tf.Variable, tf.Variable];

function updateNative(optimizer: Adam, gradients: VariableGradients): void {
  const { learningRate, beta1, beta2, accBeta1, accBeta2, epsilon } = optimizer;
  const [rate, b1, b2] = [learningRate, beta1, beta2].map((value) => tf.scalar(value));
  const added = tf.mul(epsilon, tf.sqrt(tf.sub(1, accBeta2)));
  for (const { variable, gradient, i } of updatesOf(gradients)) {
    updateInPlace(
      'ResourceApplyAdam',
      [variable, ...momentsOf(optimizer, i)],
      [accBeta1, accBeta2, rate, b1, b2, added, gradient] as tf.Tensor[],
      { use_nesterov: false },
    );
  }
}

function update(optimizer: Adam, gradients: VariableGradients): void {
  const { learningRate, beta1, beta2, accBeta1, accBeta2, epsilon } = optimizer;
  const [power1, power2] = [accBeta1, accBeta2].map((power) => power.dataSync()[0]) as [number, number];
  const correction = Math.sqrt(1 - power2);
  const rate = (learningRate * correction) / (1 - power1);
  const added = epsilon * correction;
  for (const { variable, gradient, i } of updatesOf(gradients)) {
    const [first, second] = momentsOf(optimizer, i);
    if (pays(variable, LARGEST)) {
      updateInOnePass([variable, first, second], [gradient], ([w, m, v, dw], [newW, newM, newV]) => {
        for (let i = 0; i < newW.length; i++) {
          const d = dw[i] as number;
          const mean = beta1 * (m[i] as number) + (1 - beta1) * d;
          const square = beta2 * (v[i] as number) + (1 - beta2) * d * d;
          newM[i] = mean;
          newV[i] = square;
          newW[i] = (w[i] as number) - (rate * mean) / (Math.sqrt(square) + added);
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
