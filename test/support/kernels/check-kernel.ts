import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { cotangent, gradient64, type Nd } from '../nd.js';
import { TOLERANCE } from '../tolerances.js';
import type { KernelCase } from './kernel-case.js';

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

/** Output and gradients of the backend in use beside the restatement. */
export function checkKernel(test: KernelCase): void {
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
