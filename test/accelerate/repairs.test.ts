import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGradient } from '../../src/testing/index.js';
import { mean } from '../support/float64.js';

beforeEach(() => {
  accelerate({ repair: true });
});
afterEach(() => accelerate.restore());

const sample = (shape: number[], seed: number): tf.Tensor => {
  const count = tf.util.sizeFromShape(shape);
  const values = Float32Array.from(
    { length: count },
    (_, i) => 1.5 * Math.sin(1 + seed * 12.9898 + i * 78.233),
  );
  return tf.tensor(values, shape);
};

describe('batch normalization', () => {
  const EPSILON = 0.1;

  /** By its equation, channel by channel. */
  function exact(x: tf.Tensor, axis: number, gain: number[], bias: number[]): number[] {
    const values = Array.from(x.dataSync());
    const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    const channel = (i: number) => Math.floor(i / inner) % (x.shape[axis] as number);
    const y = new Array<number>(values.length);
    for (let c = 0; c < (x.shape[axis] as number); c++) {
      const own = values.flatMap((_, i) => (channel(i) === c ? [i] : []));
      const mu = mean(own.map((i) => values[i] as number));
      const variance = mean(own.map((i) => ((values[i] as number) - mu) ** 2));
      for (const i of own) {
        const normal = ((values[i] as number) - mu) / Math.sqrt(variance + EPSILON);
        y[i] = normal * (gain[c] as number) + (bias[c] as number);
      }
    }
    return y;
  }

  it.each([
    { shape: [5, 3], axis: -1, scale: false, center: true },
    { shape: [5, 3], axis: -1, scale: true, center: false },
    { shape: [5, 3], axis: -1, scale: false, center: false },
    { shape: [4, 3, 2], axis: 1, scale: true, center: true },
    { shape: [4, 3, 2, 3], axis: 1, scale: true, center: true },
    { shape: [2, 3, 2, 2, 3], axis: -1, scale: true, center: true },
    { shape: [2, 3, 2, 2, 3], axis: 2, scale: true, center: true },
  ])('trains with %j, by its equation, and its gradient is that of differences', (test) => {
    tf.tidy(() => {
      const { shape, axis, scale, center } = test;
      const layer = tf.layers.batchNormalization({ axis, scale, center, epsilon: EPSILON });
      const x = sample(shape, 1);
      layer.apply(x);
      const along = (axis + shape.length) % shape.length;
      const channels = shape[along] as number;
      const [gain, bias] = [sample([channels], 2), sample([channels], 3)];
      const [mu, variance] = layer.getWeights().slice(-2) as [tf.Tensor, tf.Tensor];
      layer.setWeights([...(scale ? [gain] : []), ...(center ? [bias] : []), mu, variance]);
      const y = layer.call(x, { training: true }) as tf.Tensor;
      const ones = new Array<number>(channels).fill(1);
      const zeros = new Array<number>(channels).fill(0);
      const expected = exact(
        x,
        along,
        scale ? Array.from(gain.dataSync()) : ones,
        center ? Array.from(bias.dataSync()) : zeros,
      );
      expect(y.flatten()).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
      checkGradient((x) => layer.call(x, { training: true }) as tf.Tensor, [x]);
      layer.dispose();
    });
  });

  it.each([1, 2])('predicts along axis %i by its moving statistics', (axis) => {
    tf.tidy(() => {
      const layer = tf.layers.batchNormalization({ axis, epsilon: EPSILON });
      const x = sample([2, 3, 4, 5], 1);
      layer.apply(x);
      const channels = x.shape[axis] as number;
      const weights = [1, 2, 3].map((seed) => sample([channels], seed));
      const variance = sample([channels], 4).abs();
      layer.setWeights([...weights, variance]);
      const shape = x.shape.map((size, i) => (i === axis ? size : 1));
      const [gain, bias, mu] = weights.map((weight) => weight.reshape(shape)) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const expected = x.sub(mu).div(variance.reshape(shape).add(EPSILON).sqrt()).mul(gain).add(bias);
      expect(layer.apply(x) as tf.Tensor).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
      layer.dispose();
    });
  });

  it('frozen, uses its moving statistics and leaves them as they are', () => {
    tf.tidy(() => {
      const layer = tf.layers.batchNormalization({});
      const x = sample([6, 4], 1);
      layer.apply(x);
      layer.trainable = false;
      const before = layer.getWeights().map((weight) => weight.dataSync().slice());
      expect(layer.call(x, { training: true }) as tf.Tensor).toBeAllClose(layer.call(x, {}) as tf.Tensor);
      layer.getWeights().forEach((weight, i) => {
        expect(weight).toBeAllClose(before[i] as Float32Array);
      });
      layer.dispose();
    });
  });
});

describe('layer normalization', () => {
  it.each([
    { shape: [2, 3, 2, 2, 3], axis: -1, scale: true, center: true },
    { shape: [4, 3, 5], axis: [1, 2], scale: true, center: true },
    { shape: [4, 3, 5], axis: 1, scale: true, center: true },
    { shape: [4, 3], axis: -1, scale: false, center: true },
    { shape: [4, 3], axis: -1, scale: true, center: false },
    { shape: [4, 3], axis: -1, scale: false, center: false },
  ])(
    'trains with %j: of mean 0 and variance 1 before gain and bias, with the gradient of differences',
    (test) => {
      tf.tidy(() => {
        const { shape, axis, scale, center } = test;
        const layer = tf.layers.layerNormalization({ axis, scale, center, epsilon: 1e-6 });
        const x = sample(shape, 1);
        layer.apply(x);
        const over = [axis].flat().map((axis) => (axis + shape.length) % shape.length);
        const y = layer.call(x, { training: true }) as tf.Tensor;
        const { mean, variance } = tf.moments(y, over);
        expect(mean).toBeAllClose(tf.zerosLike(mean), { rtol: 0, atol: 1e-5 });
        expect(variance).toBeAllClose(tf.onesLike(variance), { rtol: 0, atol: 1e-3 });
        checkGradient((x) => layer.call(x, { training: true }) as tf.Tensor, [x], { atol: 1e-2 });
        layer.dispose();
      });
    },
  );
});

describe('gradients where inputs broadcast', () => {
  const shapes: [number[], number[]][] = [
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[2, 3], []],
  ];
  it.each([
    ['maximum', tf.maximum],
    ['minimum', tf.minimum],
    ['squaredDifference', tf.squaredDifference],
  ] as const)('%s', (_, op) => {
    for (const [a, b] of shapes) {
      tf.tidy(() =>
        checkGradient((a, b) => op(a as tf.Tensor, b as tf.Tensor), [sample(a, 1), sample(b, 2)]),
      );
    }
  });

  it.each([
    { a: [2, 3, 4], b: [4, 5], transposeA: false, transposeB: false },
    { a: [2, 4, 3], b: [4, 5], transposeA: true, transposeB: false },
    { a: [3, 4], b: [2, 5, 4], transposeA: false, transposeB: true },
    { a: [1, 3, 4], b: [2, 4, 5], transposeA: false, transposeB: false },
    { a: [2, 4, 3], b: [1, 5, 4], transposeA: true, transposeB: true },
  ])('matMul, %j', ({ a, b, transposeA, transposeB }) => {
    tf.tidy(() =>
      checkGradient(
        (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB),
        [sample(a, 1), sample(b, 2)],
      ),
    );
  });
});

describe('einsum', () => {
  /** By its definition: over all values of all letters. */
  function exact(equation: string, tensors: tf.Tensor[]): tf.Tensor {
    const [left, right] = equation.split('->') as [string, string];
    const terms = left.split(',');
    const letters = [...new Set(terms.join(''))];
    const sizes = letters.map((letter) => {
      const i = terms.findIndex((term) => term.includes(letter));
      return tensors[i]?.shape[terms[i]?.indexOf(letter) as number] as number;
    });
    const shape = [...right].map((letter) => sizes[letters.indexOf(letter)] as number);
    const out = new Float32Array(tf.util.sizeFromShape(shape));
    const values = tensors.map((t) => t.dataSync());
    const placeIn = (term: string, index: number[]) =>
      [...term].reduce((place, letter) => {
        const i = letters.indexOf(letter);
        return place * (sizes[i] as number) + (index[i] as number);
      }, 0);
    for (let n = 0; n < tf.util.sizeFromShape(sizes); n++) {
      let rest = n;
      const index = sizes.map((size) => {
        const at = rest % size;
        rest = Math.floor(rest / size);
        return at;
      });
      const factors = terms.map((term, i) => values[i]?.[placeIn(term, index)] as number);
      (out[placeIn(right, index)] as number) += factors.reduce((product, factor) => product * factor, 1);
    }
    return tf.tensor(out, shape);
  }

  it.each<[string, ...number[][]]>([
    ['ij,jk->ik', [2, 3], [3, 5]],
    ['bij,bjk->bik', [2, 3, 5], [2, 5, 2]],
    ['bij,bjk->kib', [2, 3, 5], [2, 5, 3]],
    ['ij,kj->ki', [3, 3], [5, 3]],
    ['ij,ij->ij', [2, 3], [2, 3]],
    ['ij,ij->', [2, 3], [2, 3]],
    ['i,j->ji', [3], [4]],
    ['i,jk->ij', [3], [4, 5]],
    ['ij,k->i', [2, 3], [5]],
    ['ij,kl->ik', [2, 3], [4, 5]],
    ['ij,jk->', [2, 3], [3, 4]],
    [',i->i', [], [3]],
    ['abc,cd->abd', [2, 3, 4], [4, 2]],
    ['bhqd,bhkd->bhqk', [1, 2, 3, 5], [1, 2, 4, 5]],
    ['ijk->ki', [2, 3, 4]],
    ['ijk->kji', [2, 3, 4]],
    ['ij->', [3, 3]],
  ])('is its definition, %s', (equation, ...shapes) => {
    tf.tidy(() => {
      const tensors = shapes.map((shape, i) => sample(shape, i + 1));
      const y = tf.einsum(equation, ...tensors);
      expect(y).toBeAllClose(exact(equation, tensors), { rtol: 1e-4, atol: 1e-5 });
    });
  });

  it('of whole numbers is one', () => {
    tf.tidy(() => {
      const [a, b] = [
        tf.tensor2d(
          [
            [1, 2],
            [3, 4],
          ],
          [2, 2],
          'int32',
        ),
        tf.tensor1d([5, 6], 'int32'),
      ];
      const y = tf.einsum('ij,j->i', a, b);
      expect(y.dtype).toBe('int32');
      expect(y).toBeAllClose([17, 39]);
    });
  });

  it('refuses sizes that do not match', () => {
    expect(() => tf.einsum('ij,jk->ik', tf.ones([2, 3]), tf.ones([4, 2]))).toThrow();
  });

  it.for([
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 2]],
    ['ij,kj->ki', [2, 3], [4, 3]],
    ['ij,jk->i', [2, 3], [3, 4]],
    ['i,j->ij', [3], [4]],
    ['bhqd,bhkd->bhqk', [1, 2, 3, 2], [1, 2, 4, 2]],
  ] as const)('has a gradient, %s', ([equation, a, b]) => {
    tf.tidy(() =>
      checkGradient(
        (a, b) => tf.einsum(equation, a as tf.Tensor, b as tf.Tensor),
        [sample([...a], 1), sample([...b], 2)],
      ),
    );
  });

  it.for([
    ['ij->ji', [2, 3]],
    ['ij->i', [2, 3]],
    ['ijk->j', [2, 3, 2]],
  ] as const)('has a gradient by one input, %s', ([equation, shape]) => {
    tf.tidy(() => checkGradient((x) => tf.einsum(equation, x as tf.Tensor), [sample([...shape], 1)]));
  });
});

describe('norm', () => {
  it('has a gradient of 0 at zero, and its own elsewhere', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([
        [0, 0],
        [3, 4],
      ]);
      const gradient = tf.grad((x: tf.Tensor) => tf.norm(x, 2, 1).sum())(x);
      expect(gradient).toBeAllClose([
        [0, 0],
        [0.6, 0.8],
      ]);
    });
  });
});

describe('constraints', () => {
  it('hold after each step of fit', async () => {
    const layer = tf.layers.dense({
      units: 4,
      inputShape: [3],
      kernelConstraint: tf.constraints.maxNorm({ maxValue: 0.1, axis: 0 }),
      biasConstraint: 'nonNeg',
    });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [sample([8, 3], 1), sample([8, 4], 2).sub(3)];
    await model.fit(x, y, { epochs: 3, batchSize: 4, verbose: 0 });
    const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
    expect(Math.max(...tf.norm(kernel, 2, 0).dataSync())).toBeLessThanOrEqual(0.1001);
    expect(Math.min(...bias.dataSync())).toBeGreaterThanOrEqual(0);
    tf.dispose([x, y]);
    model.dispose();
  });
});

describe('dropout with a seed', () => {
  const masksOf = (layer: tf.layers.Layer, count: number) =>
    Array.from({ length: count }, () =>
      tf.tidy(() => Array.from((layer.call(tf.ones([8, 16]), { training: true }) as tf.Tensor).dataSync())),
    );

  it('draws a new mask at each call, the same ones for the same seed and name', () => {
    const make = (seed: number) => tf.layers.dropout({ rate: 0.5, seed, name: 'dropout_a' });
    const [first, again, other] = [masksOf(make(1), 3), masksOf(make(1), 3), masksOf(make(2), 3)];
    expect(first[1]).not.toEqual(first[0]);
    expect(again).toEqual(first);
    expect(other[0]).not.toEqual(first[0]);
  });

  it('without a name draws by its place in the model: equal code, equal masks, of its own in each layer', () => {
    const run = () => {
      const model = tf.sequential();
      for (let i = 0; i < 3; i++) model.add(tf.layers.dropout({ rate: 0.5, seed: 1, inputShape: [16] }));
      return tf.tidy(() => {
        model.apply(tf.ones([1, 16]), { training: true });
        // Each by itself: it keeps the place that it had in the model.
        return model.layers.map((layer) => String(masksOf(layer, 1)));
      });
    };
    const masks = run();
    expect(new Set(masks).size).toBe(3);
    expect(run()).toEqual(masks);
  });

  it('and one without keep the mean', () => {
    for (const args of [{ rate: 0.25, seed: 3 }, { rate: 0.25 }]) {
      const values = masksOf(tf.layers.dropout(args), 20).flat();
      expect(new Set(values.map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.3333']));
      expect(Math.abs(mean(values) - 1)).toBeLessThan(0.05);
    }
  });
});

describe('layers that tfjs cannot train on its wasm backend', () => {
  it.each([
    { kernelSize: 3, strides: 1, padding: 'same' },
    { kernelSize: 2, strides: 2, padding: 'valid' },
  ] as const)('conv2d, %j: the gradient is that of differences', (args) => {
    tf.tidy(() => {
      const [x, w] = [sample([2, 5, 4, 2], 1), sample([args.kernelSize, args.kernelSize, 2, 3], 2)];
      checkGradient(
        (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, args.strides, args.padding),
        [x, w],
      );
    });
  });

  it('conv1d', () => {
    tf.tidy(() => {
      checkGradient(
        (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, 'same'),
        [sample([2, 6, 2], 1), sample([3, 2, 3], 2)],
      );
    });
  });

  it.each([
    { strides: 1, padding: 'same' },
    { strides: 2, padding: 'valid' },
  ] as const)('depthwise convolution, %j', ({ strides, padding }) => {
    tf.tidy(() => {
      checkGradient(
        (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, padding),
        [sample([2, 5, 4, 3], 1), sample([2, 2, 3, 2], 2)],
      );
    });
  });

  it('embedding: the gradient adds up over the places of a word', () => {
    tf.tidy(() => {
      const words = tf.tensor2d(
        [
          [0, 2],
          [2, 1],
        ],
        [2, 2],
        'int32',
      );
      const table = sample([3, 2], 1);
      const gradient = tf.grad((table: tf.Tensor) =>
        tf
          .gather(table, words)
          .mul(sample([2, 2, 2], 2))
          .sum(),
      )(table);
      const dy = sample([4, 2], 2).arraySync() as number[][];
      const [a, b, c, d] = dy as [number[], number[], number[], number[]];
      expect(gradient).toBeAllClose([a, d, b.map((value, i) => value + (c[i] as number))]);
    });
  });
});
