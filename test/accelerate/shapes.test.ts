/** Output and gradients of the built-in layers over many shapes: as they are, and accelerated. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGradient } from '../../src/testing/index.js';
import { accelerated, LEFT, leavesSequences } from '../support/accelerated.js';

const size = fc.integer({ min: 1, max: 7 });
const shape = (least: number, most: number) => fc.array(size, { minLength: least, maxLength: most });
// On webgl each shape is a program to compile.
const PARAMETERS = { numRuns: tf.getBackend() === 'webgl' ? 5 : 15, seed: 7 };
/** For what takes many ops. */
const FEW = { numRuns: 6, seed: 7 };

/** Numbers of either sign without a pattern that hides an error. */
const sample = (shape: number[], seed: number): tf.Tensor => {
  const count = tf.util.sizeFromShape(shape);
  const values = Float32Array.from(
    { length: count },
    (_, i) => 1.5 * Math.sin(1 + seed * 12.9898 + i * 78.233),
  );
  return tf.tensor(values, shape);
};

interface Outcome {
  y: tf.Tensor;
  gradients: tf.Tensor[];
}

/** Output in training, and gradients by the input and the weights. */
function outcome(layer: tf.layers.Layer, x: tf.Tensor): Outcome {
  const weights = layer.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
  const call = (x: tf.Tensor) => layer.call(x, { training: true }) as tf.Tensor;
  const loss = (x: tf.Tensor) =>
    call(x)
      .mul(sample(call(x).shape, 5))
      .sum()
      .asScalar();
  const dx = tf.grad(loss)(x);
  const gradients = weights.length > 0 ? tf.variableGrads(() => loss(x) as tf.Scalar, weights).grads : {};
  return { y: call(x), gradients: [dx, ...weights.map(({ name }) => gradients[name] as tf.Tensor)] };
}

function same(make: () => tf.layers.Layer, shape: number[]): void {
  tf.tidy(() => {
    const x = sample(shape, 1);
    const layer = make();
    layer.apply(x);
    layer.setWeights(layer.getWeights().map((weight, i) => (i < 2 ? sample(weight.shape, i + 2) : weight)));
    const stock = outcome(layer, x);
    const fast = accelerated(() => outcome(layer, x));
    const received = [fast.y, ...fast.gradients];
    for (const [i, expected] of [stock.y, ...stock.gradients].entries()) {
      expect(received[i]).toBeAllClose(expected, { rtol: 2e-4, atol: 5e-5 });
    }
    layer.dispose();
  });
}

describe('accelerated layers equal those of tfjs', () => {
  if (leavesSequences()) it('lstm and gru', ({ skip }) => skip(LEFT));

  it.each(['relu', 'linear', 'tanh', 'softmax'] as const)('dense, %s', (activation) => {
    const any = fc.tuple(shape(2, 4), size, fc.boolean());
    fc.assert(
      fc.property(any, ([shape, units, useBias]) => {
        same(() => tf.layers.dense({ units, activation, useBias }), shape);
      }),
      PARAMETERS,
    );
  });

  it('layer normalization over the last axis', () => {
    fc.assert(
      fc.property(shape(2, 4), (shape) => {
        same(() => tf.layers.layerNormalization({ epsilon: 0.1 }), shape);
      }),
      PARAMETERS,
    );
  });

  it('batch normalization over the last axis', () => {
    fc.assert(
      fc.property(shape(2, 4), (shape) => {
        same(() => tf.layers.batchNormalization({ epsilon: 0.1 }), shape);
      }),
      PARAMETERS,
    );
  });

  it.each([
    [[4, 3], 1],
    [[2, 5, 5], 2],
    [[3, 3, 3, 2], 3],
    [[3, 2, 2, 3], 3],
  ] as [number[], number][])(
    'batch normalization of %j with its axis as Keras writes it, [%i]',
    (shape, axis) => {
      same(() => tf.layers.batchNormalization({ axis: [axis] as never, epsilon: 0.1 }), shape);
      same(() => tf.layers.batchNormalization({ axis, epsilon: 0.1 }), shape);
    },
  );

  it.each(leavesSequences() ? [] : (['hardSigmoid', 'sigmoid'] as const))(
    'lstm with gates of %s',
    (recurrentActivation) => {
      // tfjs has no gradient for a sequence of one step.
      const steps = fc.integer({ min: 2, max: 5 });
      const any = fc.tuple(fc.tuple(size, steps, size), size, fc.boolean(), fc.boolean(), fc.boolean());
      fc.assert(
        fc.property(any, ([shape, units, useBias, returnSequences, goBackwards]) => {
          const args = { units, useBias, returnSequences, goBackwards, recurrentActivation };
          same(() => tf.layers.lstm({ ...args, recurrentInitializer: 'glorotNormal' }), shape);
        }),
        FEW,
      );
    },
    60_000,
  );

  it.each(leavesSequences() ? [] : (['hardSigmoid', 'sigmoid'] as const))(
    'gru with gates of %s',
    (recurrentActivation) => {
      // tfjs has no gradient for a sequence of one step.
      const steps = fc.integer({ min: 2, max: 5 });
      const any = fc.tuple(fc.tuple(size, steps, size), size, fc.boolean(), fc.boolean(), fc.boolean());
      fc.assert(
        fc.property(any, ([shape, units, useBias, returnSequences, goBackwards]) => {
          const args = { units, useBias, returnSequences, goBackwards, recurrentActivation };
          same(() => tf.layers.gru({ ...args, recurrentInitializer: 'glorotNormal' }), shape);
        }),
        FEW,
      );
    },
    60_000,
  );

  it('lstm over one step has a gradient', () => {
    tf.tidy(() => {
      const layer = tf.layers.lstm({ units: 3, recurrentInitializer: 'glorotNormal' });
      const x = sample([2, 1, 4], 1);
      layer.apply(x);
      accelerated(() => checkGradient((x) => layer.call(x, { training: true }) as tf.Tensor, [x]));
      layer.dispose();
    });
  });

  it.each(leavesSequences() ? [] : (['relu', 'sigmoid', 'linear'] as const))('gru of %s', (activation) => {
    same(() => tf.layers.gru({ units: 3, activation, recurrentInitializer: 'glorotNormal' }), [4, 3, 2]);
  });

  it.each(leavesSequences() ? [] : (['relu', 'sigmoid', 'linear'] as const))('lstm of %s', (activation) => {
    same(() => tf.layers.lstm({ units: 3, activation, recurrentInitializer: 'glorotNormal' }), [4, 3, 2]);
  });

  describe.each(['lstm', 'gru'] as const)('%s that is left to tfjs', (kind) => {
    const make = (args: object) =>
      tf.layers[kind]({ units: 3, recurrentInitializer: 'glorotNormal', ...args } as never);
    const outputsOf = (layer: tf.layers.Layer, x: tf.Tensor) => [layer.call(x, {})].flat() as tf.Tensor[];
    const same = (received: tf.Tensor[], expected: tf.Tensor[]) => {
      expect(received.length).toBe(expected.length);
      for (const [i, output] of received.entries()) expect(output).toBeAllClose(expected[i] as tf.Tensor);
    };

    // On webgl it is over one step alone that the layer is not left to tfjs for its length.
    it.each([1, 3])('returns its state after %i steps', (steps) => {
      const layer = make({ returnState: true });
      const x = sample([2, steps, 4], 1);
      layer.apply(x);
      const expected = outputsOf(layer, x);
      expect(expected.length).toBe(kind === 'lstm' ? 3 : 2);
      same(
        accelerated(() => outputsOf(layer, x)),
        expected,
      );
      layer.dispose();
    });

    it.each([1, 3])('keeps its state from call to call of %i steps', (steps) => {
      const layer = make({ stateful: true, batchInputShape: [2, steps, 4] });
      const parts = [sample([2, steps, 4], 1), sample([2, steps, 4], 2)];
      layer.apply(parts[0] as tf.Tensor);
      const outputs = () => {
        layer.resetStates();
        return parts.flatMap((x) => outputsOf(layer, x));
      };
      const [first, second] = outputs() as [tf.Tensor, tf.Tensor];
      layer.resetStates();
      const [fresh] = outputsOf(layer, parts[1] as tf.Tensor) as [tf.Tensor];
      expect(tf.max(tf.abs(tf.sub(second, fresh))).dataSync()[0]).toBeGreaterThan(1e-3);
      same(accelerated(outputs), [first, second]);
      layer.dispose();
    });

    it('has another activation', () => {
      const layer = make({ activation: 'elu' });
      const x = sample([2, 3, 4], 1);
      layer.apply(x);
      const expected = outputsOf(layer, x);
      same(
        accelerated(() => outputsOf(layer, x)),
        expected,
      );
      layer.dispose();
    });
  });

  it('lstm with a mask is left to tfjs', () => {
    const build = () =>
      tf.sequential({
        layers: [
          tf.layers.masking({ maskValue: 0, inputShape: [3, 2] }),
          tf.layers.lstm({ units: 3, recurrentInitializer: 'glorotNormal', recurrentActivation: 'sigmoid' }),
        ],
      });
    const model = build();
    const x = tf.concat([sample([2, 2, 2], 1), tf.zeros([2, 1, 2])], 1);
    const predict = () => model.predict(x) as tf.Tensor;
    expect(accelerated(predict)).toBeAllClose(predict());
    model.dispose();
  });

  it.each(['lstm', 'gru'] as const)('%s of whole numbers and of truth values', (kind) => {
    for (const recurrentActivation of ['sigmoid', 'hardSigmoid'] as const) {
      const layer = tf.layers[kind]({ units: 3, recurrentActivation, recurrentInitializer: 'glorotNormal' });
      layer.apply(tf.zeros([1, 3, 2]));
      for (const dtype of ['int32', 'bool'] as const) {
        const x = tf.cast(sample([2, 3, 2], 1).mul(3), dtype);
        const call = () => layer.call(x, {}) as tf.Tensor;
        expect(accelerated(call)).toBeAllClose(call());
      }
      layer.dispose();
    }
  });

  it('tile', () => {
    const any = shape(1, 4).chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
      ),
    );
    fc.assert(
      fc.property(any, ([shape, reps]) => {
        tf.tidy(() => {
          const x = sample(shape, 1);
          const dy = sample(tf.tile(x, reps).shape, 2);
          const gradient = () => tf.grad((x: tf.Tensor) => tf.tile(x, reps))(x, dy);
          expect(accelerated(gradient)).toBeAllClose(gradient(), { rtol: 1e-4, atol: 1e-5 });
        });
      }),
      PARAMETERS,
    );
  });
});

describe('reductions', () => {
  const reductions = [
    ['sum', tf.sum],
    ['mean', tf.mean],
  ] as const;
  /** A shape, axes of it to reduce, and whether they are kept. */
  const any = shape(1, 4).chain((shape) =>
    fc.tuple(fc.constant(shape), fc.option(fc.subarray(shape.map((_, i) => i)), { nil: null }), fc.boolean()),
  );

  it.each(reductions)('%s and its gradient', (_, reduce) => {
    fc.assert(
      fc.property(any, ([shape, axes, keepDims]) => {
        tf.tidy(() => {
          const x = sample(shape, 1);
          const f = (x: tf.Tensor) => reduce(x, axes ?? undefined, keepDims) as tf.Tensor;
          const dy = sample(f(x).shape, 2);
          const both = () => [f(x), tf.grad(f)(x, dy)];
          const expected = both();
          accelerated(both).forEach((received, i) => {
            expect(received).toBeAllClose(expected[i] as tf.Tensor, { rtol: 1e-4, atol: 1e-5 });
            expect(received.dtype).toBe((expected[i] as tf.Tensor).dtype);
          });
        });
      }),
      PARAMETERS,
    );
  });

  it.each(reductions)('%s of integers, of truth values and of nothing', (_, reduce) => {
    tf.tidy(() => {
      const inputs = [
        tf.tensor2d([1, 2, 3, 5], [2, 2], 'int32'),
        tf.tensor2d([true, false, true, true], [2, 2], 'bool'),
        tf.zeros([2, 2]).greater(0),
      ];
      const all = () => inputs.map((x) => reduce(x, 0));
      const expected = all();
      accelerated(all).forEach((received, i) => {
        expect(received).toBeAllClose(expected[i] as tf.Tensor);
        expect(received.dtype).toBe((expected[i] as tf.Tensor).dtype);
      });
    });
  });

  it.each(reductions)('%s has the second derivative of tfjs', (_, reduce) => {
    tf.tidy(() => {
      const x = sample([3, 4], 1);
      const second = () => {
        const penalty = (x: tf.Tensor) =>
          tf
            .grad((x: tf.Tensor) => reduce(x.square(), 0).square().sum())(x)
            .square()
            .sum();
        return tf.grad(penalty)(x);
      };
      expect(accelerated(second)).toBeAllClose(second(), { rtol: 1e-4 });
    });
  });
});

describe('casts and reshapes to what a tensor is', () => {
  const same: [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['cast', (x) => tf.cast(x, 'float32')],
    ['reshape', (x) => tf.reshape(x, [2, 2])],
    ['reshape with a size left open', (x) => tf.reshape(x, [-1, 2])],
  ];

  it.each(same)('%s: each outlives the other', (_, op) => {
    accelerated(() => {
      for (const disposed of [0, 1]) {
        const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
        const both = [x, op(x)] as const;
        expect(both[1]).not.toBe(x);
        both[disposed as 0].dispose();
        expect(both[1 - disposed] as tf.Tensor).toBeAllClose([
          [1, 2],
          [3, 4],
        ]);
        tf.dispose(both as never);
      }
    });
  });

  it.each(same)('%s of a variable keeps its values while the variable is trained', (_, op) => {
    accelerated(() => {
      const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
      const held = op(w);
      tf.train.sgd(1).applyGradients({ [w.name]: tf.ones([2, 2]) } as never);
      expect(held).toBeAllClose([
        [1, 2],
        [3, 4],
      ]);
      expect(w as tf.Tensor).toBeAllClose([
        [0, 1],
        [2, 3],
      ]);
      w.dispose();
    });
  });

  it('leave tensors of other shapes and types to tfjs', () => {
    accelerated(() => {
      const x = tf.tensor2d([1.5, 0, 3, 4], [2, 2]);
      expect(Array.from(tf.cast(x, 'int32').dataSync())).toEqual([1, 0, 3, 4]);
      expect(tf.reshape(x, [4]).shape).toEqual([4]);
      expect(() => tf.reshape(x, [3])).toThrow();
    });
  });
});

it.for([
  [[0, 3], 0],
  [[3, 0], 1],
  [[0], 0],
] as [number[], number][])(
  'gradients of a sum and a mean of %j over axis %i, which has no values, are of its shape',
  ([shape, axis], { skip }) => {
    skip(tf.getBackend() === 'webgl', "tfjs's webgl backend has no sum of no values");
    for (const reduce of [tf.sum, tf.mean]) {
      const gradient = tf.grad((x) => reduce(x, axis));
      expect(accelerated(() => gradient(tf.zeros(shape))).shape).toEqual(shape);
    }
  },
);

describe('second derivatives', () => {
  const layers: [string, () => tf.layers.Layer][] = [
    ['dense', () => tf.layers.dense({ units: 3, activation: 'relu' })],
    ['layer normalization', () => tf.layers.layerNormalization({ epsilon: 0.1 })],
    ['batch normalization', () => tf.layers.batchNormalization({ epsilon: 0.1 })],
    [
      'gru',
      () => tf.layers.gru({ units: 3, recurrentActivation: 'sigmoid', recurrentInitializer: 'glorotNormal' }),
    ],
    [
      'lstm',
      () =>
        tf.layers.lstm({ units: 3, recurrentActivation: 'sigmoid', recurrentInitializer: 'glorotNormal' }),
    ],
  ];
  it.each(layers)('%s: those of tfjs, with outputs that are seen', (name, make) => {
    tf.tidy(() => {
      const x = sample(['lstm', 'gru'].includes(name) ? [2, 3, 4] : [4, 6], 1);
      const layer = make();
      layer.apply(x);
      const call = (x: tf.Tensor) => layer.call(x, { training: true }) as tf.Tensor;
      const second = () => {
        const penalty = (x: tf.Tensor) => {
          const dx = tf.grad((x: tf.Tensor) => call(x).mul(call(x)).sum())(x);
          return dx.square().sum();
        };
        return tf.grad(penalty)(x);
      };
      // tfjs's own of tanh and sigmoid are wrong.
      const right = accelerated(second, { only: ['gradient/savedOutputs'] });
      expect(accelerated(second)).toBeAllClose(right, { rtol: 1e-3, atol: 1e-4 });
    });
  });

  it('a dense layer of relu alone: 0 by its input and its weights, as that of tfjs', () => {
    const layer = tf.layers.dense({ units: 3, activation: 'relu' });
    layer.apply(tf.zeros([1, 4]));
    const [kernel, bias] = layer.trainableWeights.map(
      (weight) => (weight as unknown as { val: tf.Variable }).val,
    );
    const slopes = (x: tf.Tensor) =>
      tf
        .grad((x: tf.Tensor) => (layer.call(x, {}) as tf.Tensor).sum())(x)
        .sum();
    const x = sample([5, 4], 1);
    const { dx, grads } = accelerated(() => ({
      dx: tf.grad(slopes)(x),
      grads: tf.variableGrads(() => slopes(x) as tf.Scalar, [kernel, bias] as tf.Variable[]).grads,
    }));
    expect(dx).toBeAllClose(tf.zeros([5, 4]));
    expect(grads[(bias as tf.Variable).name] as tf.Tensor).toBeAllClose([0, 0, 0]);
    layer.dispose();
  });

  it('sqrt: that of tfjs, and 0 at 0', () => {
    const second = tf.grad(tf.grad((x: tf.Tensor) => tf.sqrt(x)));
    const x = tf.tensor1d([4, 1, 0.25]);
    expect(accelerated(() => second(x))).toBeAllClose(second(x));
    expect(accelerated(() => second(tf.zeros([2])))).toBeAllClose([0, 0]);
  });
});
