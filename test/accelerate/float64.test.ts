/** tfjs's kernels and gradients, as accelerate leaves them, beside restatements in float64 and their differences. */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ELEMENTWISE_CASES } from '../support/kernels/elementwise-cases.js';
import type { KernelCase } from '../support/kernels/kernel-case.js';
import { REDUCTION_CASES } from '../support/kernels/reduction-cases.js';
import { SHAPE_CASES } from '../support/kernels/shape-cases.js';
import { STILL_WRONG } from '../support/kernels/still-wrong.js';
import { WINDOW_CASES } from '../support/kernels/window-cases.js';
import { cotangent, gradient64, type Nd } from '../support/nd.js';
import { TOLERANCE } from '../support/tolerances.js';

/** What accelerate changes on webgl too. */
const ON_WEBGL = /3d|matMul|of nothing/;

// Without accelerate this lists what is wrong in tfjs as it is: EVENKEEL_STOCK=1 npx vitest run --project wasm <this file>
const stock = typeof process !== 'undefined' && process.env?.EVENKEEL_STOCK === '1';

const tensor = ({ values, shape }: Nd) => tf.tensor(values, shape, 'float32');

/** By each input, of the sum of what comes out, weighed. */
function differences({ inputs, exact }: KernelCase, dy: number[]): number[][] {
  return inputs.map((input, i) =>
    gradient64((moved) => {
      const y = exact(...inputs.with(i, moved));
      return y.values.reduce((sum, value, j) => sum + value * (dy[j] as number), 0);
    }, input),
  );
}

function check(test: KernelCase): void {
  const { inputs, op, exact, gradients = (dy: number[]) => differences(test, dy) } = test;
  tf.tidy(() => {
    const x = inputs.map(tensor);
    const expected = exact(...inputs);
    const y = op(...x);
    expect(y.shape).toEqual(expected.shape);
    expect(y).toBeAllClose(tensor(expected), TOLERANCE.forward);
    if (gradients === null) return;
    const dy = cotangent(y.size);
    const received = tf.grads((...x: tf.Tensor[]) => op(...x))(x, tf.tensor(dy, y.shape));
    gradients(dy, ...inputs).forEach((values, i) => {
      const { shape } = inputs[i] as Nd;
      expect(received[i]?.shape).toEqual(shape);
      expect(received[i] as tf.Tensor).toBeAllClose(tensor({ shape, values }), TOLERANCE.gradient);
    });
  });
}

describe('equals its definition, and its gradient the differences', () => {
  beforeAll(() => {
    if (!stock) accelerate();
  });
  afterAll(() => {
    accelerate.restore();
  });

  it.for(
    [...WINDOW_CASES, ...REDUCTION_CASES, ...SHAPE_CASES, ...ELEMENTWISE_CASES].map(
      (test) => [test.title, test] as const,
    ),
  )('%s', ([, test], { skip }) => {
    // There a program is compiled for each shape.
    skip(
      tf.getBackend() === 'webgl' && !ON_WEBGL.test(test.title),
      'a case for kernels that webgl shares with none',
    );
    const wrong = STILL_WRONG.find(
      ({ on, titles }) => on.includes(tf.getBackend()) && titles.test(test.title),
    );
    if (wrong && !stock) {
      expect(() => check(test)).toThrow(wrong.says);
      return;
    }
    check(test);
  });
});
