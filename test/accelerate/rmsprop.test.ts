/** Centred RMSprop by TensorFlow's equation in float64, with gradients for which tfjs's own has a NaN. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';

const [RATE, DECAY, EPSILON] = [0.01, 0.9, 1e-7];

/** Of one weight that starts at 0.5. */
function exact(gradients: number[], momentum: number): number[] {
  let [w, square, mean, moment] = [0.5, 0, 0, 0];
  return gradients.map((g) => {
    square = DECAY * square + (1 - DECAY) * g * g;
    mean = DECAY * mean + (1 - DECAY) * g;
    moment = momentum * moment + (RATE * g) / Math.sqrt(Math.max(0, square - mean * mean) + EPSILON);
    w -= moment;
    return w;
  });
}

/** One weight for each list of gradients. */
function stepped(gradients: number[][], momentum: number, centered = true, decay = DECAY): number[][] {
  const w = tf.variable(tf.fill([gradients.length], 0.5));
  const optimizer = tf.train.rmsprop(RATE, decay, momentum, EPSILON, centered);
  const steps = (gradients[0] as number[]).map((_, step) => {
    const tensor = tf.tensor1d(gradients.map((list) => list[step] as number));
    optimizer.applyGradients({ [w.name]: tensor });
    tensor.dispose();
    return [...w.dataSync()];
  });
  expect(optimizer.iterations).toBe(steps.length);
  optimizer.dispose();
  w.dispose();
  return steps;
}

const STEPS = 8;
const gradients = [
  new Array<number>(STEPS).fill(0),
  Array.from({ length: STEPS }, (_, i) => (i === 0 ? 0 : Math.sin(i))),
  Array.from({ length: STEPS }, (_, i) => 1e-4 * Math.cos(i)),
  Array.from({ length: STEPS }, (_, i) => (i % 2 ? -3 : 2)),
];

describe('centred rmsprop', () => {
  it.each([0, 0.9])('is that of its equation, momentum %d', (momentum) => {
    const received = accelerated(() => stepped(gradients, momentum));
    for (const [i, list] of gradients.entries()) {
      const weights = received.map((step) => step[i] as number);
      expect(weights).toBeAllClose(exact(list, momentum), { rtol: 1e-4, atol: 1e-6 });
    }
  });

  it('stays finite where rounding makes the variance of a constant gradient less than nothing', () => {
    const constants = Array.from({ length: 16 }, (_, i) => new Array<number>(30).fill(100.3 + 37.7 * i));
    const received = accelerated(() => stepped(constants, 0, true, 0.3));
    expect(received.flat().every(Number.isFinite)).toBe(true);
  });

  it('equals that of tfjs without centring', () => {
    const stock = stepped(gradients, 0.9, false);
    const received = accelerated(() => stepped(gradients, 0.9, false));
    expect(received).toEqual(stock);
  });

  it('holds as many tensors after each step', () => {
    accelerated(() => {
      const w = tf.variable(tf.zeros([3]));
      const optimizer = tf.train.rmsprop(RATE, DECAY, 0, EPSILON, true);
      const step = () => tf.tidy(() => optimizer.applyGradients([{ name: w.name, tensor: tf.ones([3]) }]));
      step();
      const before = tf.memory().numTensors;
      step();
      expect(tf.memory().numTensors).toBe(before);
      optimizer.dispose();
      w.dispose();
    });
  });
});
