import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { updatesOf, type VariableGradients } from './updates.js';

interface Slot {
  variable: tf.Variable;
}

interface RMSProp {
  learningRate: number;
  decay: number;
  momentum: number;
  epsilon: number;
  centered: boolean;
  accumulatedMeanSquares: Slot[];
  accumulatedMoments: Slot[];
  accumulatedMeanGrads: Slot[];
}

/**
 * Centred RMSprop, `m <- momentum m + rate dw / sqrt(max(0, s - a^2) + epsilon)` with the averages a of the gradient and s
 * of its square, as TensorFlow has it, and with the 0 that rounding can go below. tfjs takes epsilon away from the variance
 * in place of adding it: NaN for a gradient of 0.
 */
export const rmsprop: Acceleration = {
  apply(overrides) {
    overrides.method(tf.RMSPropOptimizer.prototype as never, 'applyGradients' as never, (applyGradients) => {
      return function (this: RMSProp, gradients: VariableGradients) {
        if (!this.centered) return applyGradients.call(this, gradients);
        // tfjs's own makes the accumulators and counts the step, for which no variable needs a gradient.
        applyGradients.call(this, withoutTensors(gradients));
        for (const update of updatesOf(gradients)) tf.tidy(() => step(this, update));
      };
    });
  },
};

const withoutTensors = (gradients: VariableGradients): VariableGradients =>
  Array.isArray(gradients)
    ? gradients.map(({ name }) => ({ name, tensor: null }))
    : Object.fromEntries(Object.keys(gradients).map((name) => [name, null]));

function step(
  optimizer: RMSProp,
  { variable, gradient, i }: { variable: tf.Variable; gradient: tf.Tensor; i: number },
): void {
  const { learningRate, decay, momentum, epsilon } = optimizer;
  const [squares, moments, means] = [
    optimizer.accumulatedMeanSquares,
    optimizer.accumulatedMoments,
    optimizer.accumulatedMeanGrads,
  ].map((slots) => (slots[i] as Slot).variable) as [tf.Variable, tf.Variable, tf.Variable];
  const square = tf.add(tf.mul(squares, decay), tf.mul(tf.square(gradient), 1 - decay));
  const mean = tf.add(tf.mul(means, decay), tf.mul(gradient, 1 - decay));
  const variance = tf.relu(tf.sub(square, tf.square(mean)));
  const moved = tf.div(tf.mul(gradient, learningRate), tf.sqrt(tf.add(variance, epsilon)));
  const moment = tf.add(tf.mul(moments, momentum), moved);
  squares.assign(square);
  means.assign(mean);
  moments.assign(moment);
  variable.assign(tf.sub(variable, moment));
}
