import * as tf from '@tensorflow/tfjs';
import { type RMSProp, rmspropPrototype, type VariableGradients } from '../../tfjs/optimizers.js';
import type { Acceleration } from '../acceleration.js';
import { type Update, updatesOf } from './updates.js';

/**
 * Centred RMSprop, `m <- momentum m + rate dw / sqrt(max(0, s - a^2) + epsilon)` with the averages a of the gradient and s
 * of its square, as TensorFlow has it, and with the 0 that rounding can go below. tfjs takes epsilon away from the variance
 * in place of adding it: NaN for a gradient of 0.
 */
export const rmsprop: Acceleration = {
  apply(overrides) {
    overrides.method(rmspropPrototype(), 'applyGradients', (applyGradients) => {
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

function step(optimizer: RMSProp, { variable, gradient, i }: Update): void {
  const { learningRate, decay, momentum, epsilon } = optimizer;
  const { variable: squares } = optimizer.accumulatedMeanSquares[i]!;
  const { variable: moments } = optimizer.accumulatedMoments[i]!;
  const { variable: means } = optimizer.accumulatedMeanGrads[i]!;
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
