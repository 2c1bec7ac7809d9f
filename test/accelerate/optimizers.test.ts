/** Steps of the optimizers from the same gradients: as they are, and accelerated. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';

const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  'Nesterov momentum': () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.01),
  'adam with its own constants': () => tf.train.adam(0.1, 0.5, 0.75, 0.01),
};

const values = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(1 + seed * 12.9898 + i * 78.233));

interface State {
  variables: Float32Array[];
  saved: { name: string; values: Float32Array }[];
  tensors: number[];
}

/** Variables of each size after some steps, what the optimizer would save, and how many tensors there were. */
async function stepped(optimizer: tf.Optimizer, sizes: number[], steps: number): Promise<State> {
  const variables = sizes.map((size, i) => tf.variable(tf.tensor1d(values(size, i)), true, `v${i}`));
  const tensors: number[] = [];
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => {
      const gradients = variables.map(({ name, size }, i) => ({
        name,
        // One of them is not trained in each step.
        tensor: i === 1 && step % 2 === 1 ? null : tf.tensor1d(values(size, 10 * step + i)),
      }));
      optimizer.applyGradients(gradients as never);
    });
    tensors.push(tf.memory().numTensors);
  }
  const saved = await optimizer.getWeights();
  const state = {
    variables: variables.map((variable) => variable.dataSync<'float32'>().slice()),
    saved: saved.map(({ name, tensor }) => ({ name, values: tensor.dataSync<'float32'>().slice() })),
    tensors,
  };
  tf.dispose([variables, saved.map(({ tensor }) => tensor)]);
  return state;
}

describe.each(Object.keys(optimizers))('%s', (name) => {
  const make = optimizers[name] as () => tf.Optimizer;

  it('makes the same steps with small and large variables, saves the same, and holds as many tensors', async () => {
    const sizes = [7, 5, 20_000];
    const stock = await stepped(make(), sizes, 6);
    const fast = await accelerated(() => stepped(make(), sizes, 6));
    for (const [i, variable] of fast.variables.entries()) {
      expect(variable).toBeAllClose(stock.variables[i] as Float32Array, { rtol: 1e-4, atol: 1e-5 });
    }
    expect(fast.saved.map(({ name }) => name)).toEqual(stock.saved.map(({ name }) => name));
    for (const [i, { values }] of fast.saved.entries()) {
      expect(values).toBeAllClose(stock.saved[i]?.values as Float32Array, { rtol: 1e-4, atol: 1e-6 });
    }
    expect(fast.tensors.at(-1)).toBe(fast.tensors[1]);
  });

  it('leaves a clone as it was, and a product sees the new values', () => {
    accelerated(() => {
      const w = tf.variable(tf.ones([8, 8]));
      const x = tf.eye(8);
      const optimizer = make();
      const step = () => tf.tidy(() => optimizer.applyGradients({ [w.name]: tf.ones([8, 8]) } as never));
      step();
      tf.matMul(x, w);
      const [clone, before] = [w.clone(), w.dataSync().slice()];
      step();
      expect(clone).toBeAllClose(before as Float32Array);
      expect(Math.abs((w.dataSync()[0] as number) - (before[0] as number))).toBeGreaterThan(1e-3);
      expect(tf.matMul(x as tf.Tensor2D, w as unknown as tf.Tensor2D).flatten()).toBeAllClose(w.flatten());
    });
  });

  it('takes a gradient that broadcasts, and one that is the variable itself, as tfjs does', () => {
    const path = () => {
      const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
      const optimizer = make();
      for (const gradient of [w, w, tf.tensor1d([1, 2]), w]) {
        optimizer.applyGradients({ [w.name]: gradient } as never);
      }
      const result = w.dataSync().slice() as Float32Array;
      w.dispose();
      return result;
    };
    expect(accelerated(path)).toBeAllClose(path());
  });

  it('refuses a gradient of another shape, and leaves the variable as it was', () => {
    accelerated(() => {
      const w = tf.variable(tf.tensor1d([1, 2, 3]));
      const optimizer = make();
      const step = (shape: number[]) => optimizer.applyGradients({ [w.name]: tf.ones(shape) } as never);
      step([3]);
      const before = w.dataSync().slice();
      expect(() => step([2])).toThrow();
      expect(w as tf.Tensor).toBeAllClose(before as Float32Array);
    });
  });
});

describe('slots that an optimizer was given', () => {
  const slot = (name: string, values: number[] | number, dtype: 'float32' | 'int32' = 'float32') => ({
    name,
    tensor: tf.tensor(values, undefined, dtype) as tf.Tensor,
  });

  /** Steps from such slots: the values after each, or that it throws. */
  async function path(
    optimizer: tf.Optimizer,
    slots: { name: string; tensor: tf.Tensor }[],
  ): Promise<(number[] | string)[]> {
    const w = tf.variable(tf.tensor1d([2, 4]));
    await optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(3, 'int32') }, ...slots]);
    const values = [0.5, -0.25].map((size) => {
      try {
        tf.tidy(() => optimizer.applyGradients({ [w.name]: tf.tensor1d([size, 3 * size]) } as never));
      } catch {
        return 'throws';
      }
      return Array.from(w.dataSync());
    });
    w.dispose();
    return values;
  }

  it.each([
    ['adam: the second moment alone', 'adam', [[0.1, 0.2]]],
    [
      'adam: both',
      'adam',
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
    ],
    ['adam: none', 'adam', []],
    ['adam: of another shape', 'adam', [[0.1], [0.3]]],
    ['adam: of more axes', 'adam', [[[0.1, 0.2]], [[0.3, 0.4]]]],
    [
      'adam: three, so that one and a half are each',
      'adam',
      [
        [0.1, 0.2],
        [0.3, 0.4],
        [0.5, 0.6],
      ],
    ],
    ['momentum: none', 'momentum', []],
    ['momentum: one', 'momentum', [[0.1, 0.2]]],
    ['momentum: of another shape', 'momentum', [[0.1]]],
    [
      'momentum: more than there are variables',
      'momentum',
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
    ],
  ] as [string, string, number[][]][])('%s: goes on as tfjs does', async (_, name, given) => {
    const make = optimizers[name] as () => tf.Optimizer;
    const slots = () => given.map((values, i) => slot(`slot${i}`, values));
    const expected = await path(make(), slots());
    const received = await accelerated(() => path(make(), slots()));
    for (const [i, values] of expected.entries()) {
      if (typeof values === 'string') expect(received[i]).toBe(values);
      else expect(received[i] as number[]).toBeAllClose(values, { rtol: 1e-5, atol: 1e-6 });
    }
  });

  it.each(Object.keys(optimizers))('%s, disposed, throws as tfjs does', (name) => {
    const outcome = () => {
      const w = tf.variable(tf.tensor1d([2, 4]));
      const optimizer = optimizers[name]?.() as tf.Optimizer;
      const step = () => optimizer.applyGradients({ [w.name]: tf.tensor1d([1, 2]) } as never);
      step();
      optimizer.dispose();
      try {
        step();
        return 'steps';
      } catch {
        return 'throws';
      } finally {
        w.dispose();
      }
    };
    expect(accelerated(outcome)).toBe(outcome());
  });
});

it('momentum follows what was set between two steps', () => {
  const path = () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const optimizer = tf.train.momentum(0.1, 0.5);
    for (const rate of [0.1, 0.2, 0.3]) {
      optimizer.setLearningRate(rate);
      optimizer.applyGradients({ [w.name]: tf.ones([2]) } as never);
    }
    return Array.from(w.dataSync());
  };
  expect(accelerated(path)).toBeAllClose(path());
});
