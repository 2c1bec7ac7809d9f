import * as tf from '@tensorflow/tfjs';
import { cosineConv2d, cosineDense, weightNorm } from 'evenkeel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/ops/cosine.js';
import { weightNormProduct } from '../../src/ops/weight-norm.js';
import {
  column,
  dot,
  type Matrix,
  matrix,
  sample,
  subtractMean,
  weighed,
  weights,
} from '../support/float64.js';
import { normalized, patches64, rows, sampleNd } from '../support/nd.js';
import { TOLERANCE } from '../support/tolerances.js';

/** Small sizes, odd and even alike: what a backend keeps beside an odd matrix must not leak into sums over it. */
const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 9 }),
  features: fc.integer({ min: 2, max: 9 }),
  units: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer({ min: 1, max: 50 }),
});
const norm = (v: number[]) => Math.sqrt(dot(v, v));
const cosine64 = (x: Matrix, w: Matrix, prepare: (v: number[]) => number[]) =>
  matrix(x.length, w[0]?.length as number, (i, j) => {
    const [a, b] = [prepare(x[i] as number[]), prepare(column(w, j))];
    return dot(a, b) / (norm(a) * norm(b));
  });

describe.each([
  ['cosine', (v: number[]) => v, (x: tf.Tensor2D, w: tf.Tensor2D) => cosine(x, w)],
  ['centred cosine', subtractMean, (x: tf.Tensor2D, w: tf.Tensor2D) => cosine(x, w, null, { center: true })],
] as const)('%s at any size', (_, prepare, op) => {
  it('equals its float64 restatement, and its gradient that of its own parts', () => {
    fc.assert(
      fc.property(sizes, ({ batch, features, units, seed }) => {
        // With two features a centred vector is a multiple of [1, -1], and its cosine has no gradient to compare.
        fc.pre(prepare === subtractMean ? features > 2 : true);
        const [x, w] = [sample(batch, features, seed), sample(features, units, seed + 1)];
        fc.pre(x.every((row) => norm(prepare([...row])) > 0.3));
        fc.pre(w[0]?.every((_, j) => norm(prepare(column(w, j))) > 0.3) ?? false);
        tf.tidy(() => {
          const inputs = [tf.tensor2d(x), tf.tensor2d(w)] as const;
          expect(op(...inputs)).toBeAllClose(cosine64(x, w, prepare).flat(), TOLERANCE.forward);
          const c = tf.tensor2d(weights(batch, units));
          const [dx, dw] = tf.grads((a, b) =>
            op(a as tf.Tensor2D, b as tf.Tensor2D)
              .mul(c)
              .sum(),
          )([...inputs]);
          // Along the vectors themselves nothing changes: the gradient is orthogonal to each.
          expect((dx as tf.Tensor).mul(inputs[0]).sum(1)).toBeAllClose(
            Array(batch).fill(0),
            TOLERANCE.gradient,
          );
          expect((dw as tf.Tensor).mul(inputs[1]).sum(0)).toBeAllClose(
            Array(units).fill(0),
            TOLERANCE.gradient,
          );
          const step = 1e-5;
          const moved = (m: Matrix, by: Matrix) =>
            m.map((row, i) => row.map((v, j) => v + step * (by[i]?.[j] as number)));
          const direction = sample(batch, features, seed + 2);
          const along = (sign: number) =>
            weighed(
              cosine64(
                moved(
                  x,
                  direction.map((row) => row.map((v) => sign * v)),
                ),
                w,
                prepare,
              ),
            );
          const slope = (along(1) - along(-1)) / (2 * step);
          expect((dx as tf.Tensor).mul(tf.tensor2d(direction)).sum()).toBeAllClose([slope], TOLERANCE.slope);
        });
      }),
      { numRuns: runs().numRuns / 2, seed: 1 },
    );
  });
});

describe('weightNormProduct at any size', () => {
  it('equals its float64 restatement', () => {
    fc.assert(
      fc.property(sizes, ({ batch, features, units, seed }) => {
        const [x, v, g] = [
          sample(batch, features, seed),
          sample(features, units, seed + 1),
          sample(1, units, seed + 2),
        ];
        fc.pre(v[0]?.every((_, j) => norm(column(v, j)) > 0.3) ?? false);
        const expected = matrix(batch, units, (i, j) => {
          const direction = column(v, j);
          return ((g[0]?.[j] as number) * dot(x[i] as number[], direction)) / norm(direction);
        });
        tf.tidy(() => {
          const y = weightNormProduct(tf.tensor2d(x), tf.tensor2d(v), tf.tensor1d(g[0] as number[]));
          expect(y).toBeAllClose(expected.flat(), TOLERANCE.forward);
        });
      }),
      { numRuns: runs().numRuns / 2, seed: 1 },
    );
  });
});

/** A browser compiles a program for each shape. */
const runs = () => ({ numRuns: tf.getBackend() === 'webgl' ? 4 : 40, seed: 7 });
const length = (v: number[]) => Math.hypot(...v);
const dtypes = fc.constantFrom('float32', 'int32', 'bool');

/** Numbers as a type holds them: pixels, or zeros and ones. */
function typed(shape: number[], seed: number, dtype: 'float32' | 'int32' | 'bool') {
  const { values } = sampleNd(shape, seed);
  const of = {
    float32: (v: number) => v,
    int32: (v: number) => Math.round(v * 80),
    bool: (v: number) => (v > 0 ? 1 : 0),
  };
  return { shape, values: values.map(of[dtype]) };
}

describe('cosineConv2d at any window, type and magnitude', () => {
  const windows = fc.record({
    size: fc.tuple(fc.integer({ min: 3, max: 7 }), fc.integer({ min: 3, max: 7 })),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 4 }),
    kernelSize: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilationRate: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    padding: fc.constantFrom('valid' as const, 'same' as const),
    center: fc.boolean(),
    dtype: dtypes,
    exponents: fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 })),
    seed: fc.integer({ min: 1, max: 50 }),
  });

  it('is the cosine of each patch with each filter, and 0 for what has no direction', () => {
    fc.assert(
      fc.property(windows, ({ size, channels, dtype, exponents, seed, ...args }) => {
        const { kernelSize, dilationRate, strides, padding, center, filters } = args;
        fc.pre(size.every((n, i) => n > ((kernelSize[i] as number) - 1) * (dilationRate[i] as number)));
        // tfjs's wasm backend answers zeros where a padded window is narrower than its stride, for conv2d itself too.
        fc.pre(padding === 'valid' || kernelSize.every((n, i) => n >= (strides[i] as number)));
        const shape = [2, ...size, channels];
        const plain = typed(shape, seed, dtype);
        const half = plain.values.length / 2;
        // One image far from the size of the other.
        const scale = (i: number) => (dtype === 'float32' ? 10 ** exponents[i < half ? 0 : 1] : 1);
        const x = { shape, values: plain.values.map((v, i) => Math.fround(v * scale(i))) };
        const w = sampleNd([...kernelSize, channels, filters], seed + 1);
        const seen = rows(patches64(plain, kernelSize, { strides, padding, dilations: dilationRate }));
        const prepare = (v: number[]) => (center ? subtractMean(v) : v);
        const expected = matrix(seen.length, filters, (i, j) => {
          const [a, b] = [prepare(seen[i] as number[]), prepare(column(rows(w), j))];
          const lengths = length(a) * length(b);
          // Of a patch far smaller than its image, and of one that is constant, nothing is left to compare.
          return lengths < 1e-9 ? 0 : dot(a, b) / lengths;
        });
        const small = seen.some(
          (row) => length(prepare(row)) > 1e-9 && length(prepare(row)) < 1e-2 * length(row),
        );
        fc.pre(!small);
        tf.tidy(() => {
          const layer = cosineConv2d(args);
          const input = tf.tensor(x.values, shape, dtype);
          const y = layer.apply(input) as tf.Tensor;
          const [kernel] = layer.weights as [tf.LayerVariable];
          kernel.write(tf.tensor(w.values, w.shape));
          y.dispose();
          const answer = layer.apply(input) as tf.Tensor;
          layer.dispose();
          expect(answer.flatten()).toBeAllClose(expected.flat(), TOLERANCE.magnitudes);
        });
      }),
      runs(),
    );
  });
});

describe('cosineDense at any type and magnitude', () => {
  it('is the cosine of each example with each unit, its gradient finite and orthogonal', () => {
    const anything = fc.record({
      exponents: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 5 }),
      kernel: fc.integer({ min: -2, max: 15 }),
      features: fc.integer({ min: 2, max: 9 }),
      units: fc.integer({ min: 1, max: 5 }),
      dtype: dtypes,
      seed: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(anything, ({ exponents, kernel, features, units, dtype, seed }) => {
        const batch = exponents.length;
        const plain = typed([batch, features], seed, dtype);
        const scale = (i: number) =>
          dtype === 'float32' ? 10 ** (exponents[Math.floor(i / features)] as number) : 1;
        const w = sampleNd([features, units], seed + 1);
        const expected = matrix(batch, units, (i, j) => {
          const [a, b] = [rows(plain)[i] as number[], column(rows(w), j)];
          return length(a) === 0 ? 0 : dot(a, b) / (length(a) * length(b));
        });
        tf.tidy(() => {
          const layer = cosineDense({ units });
          const x = tf.tensor2d(
            plain.values.map((v, i) => v * scale(i)),
            [batch, features],
            dtype,
          );
          layer.apply(x);
          const [variable] = layer.weights as [tf.LayerVariable];
          variable.write(tf.tensor(w.values, w.shape).mul(10 ** kernel));
          expect(layer.apply(x) as tf.Tensor).toBeAllClose(expected, TOLERANCE.magnitudes);
          const c = tf.tensor2d(weights(batch, units));
          const [dx] = tf.grads((x) => (layer.apply(x) as tf.Tensor).mul(c).sum())([x.toFloat()]);
          const values = rows({ shape: [batch, features], values: Array.from((dx as tf.Tensor).dataSync()) });
          const inputs = rows({ shape: [batch, features], values: Array.from(x.dataSync()) });
          for (const [i, row] of values.entries()) {
            expect(row.every(Number.isFinite)).toBe(true);
            const along = dot(row, inputs[i] as number[]);
            expect(Math.abs(along)).toBeLessThanOrEqual(1e-5 * units);
          }
          layer.dispose();
        });
      }),
      runs(),
    );
  });
});

describe('weightNorm at any size', () => {
  const any = fc.record({
    units: fc.integer({ min: 1, max: 5 }),
    features: fc.integer({ min: 1, max: 5 }),
    strides: fc.integer({ min: 1, max: 2 }),
    kernelSize: fc.integer({ min: 1, max: 3 }),
    padding: fc.constantFrom('valid' as const, 'same' as const),
    useBias: fc.boolean(),
    exponent: fc.integer({ min: -2, max: 15 }),
    seed: fc.integer({ min: 1, max: 50 }),
  });
  type Args = typeof any extends fc.Arbitrary<infer T> ? T : never;
  const KINDS: [string, (a: Args) => tf.layers.Layer, (a: Args) => number[], number[][]][] = [
    ['dense', ({ units, useBias }) => tf.layers.dense({ units, useBias }), (a) => [3, a.features], [[-1]]],
    [
      'conv1d',
      ({ units: filters, ...a }) => tf.layers.conv1d({ filters, ...a }),
      (a) => [2, 5, a.features],
      [[-1]],
    ],
    [
      'conv2d',
      ({ units: filters, ...a }) => tf.layers.conv2d({ filters, ...a }),
      (a) => [2, 5, 4, a.features],
      [[-1]],
    ],
    [
      'conv2dTranspose',
      ({ units: filters, ...a }) => tf.layers.conv2dTranspose({ filters, ...a }),
      (a) => [2, 3, 4, a.features],
      [[-2]],
    ],
    [
      'depthwiseConv2d',
      ({ units, ...a }) => tf.layers.depthwiseConv2d({ depthMultiplier: units, ...a }),
      (a) => [2, 5, 4, a.features],
      [[-2, -1]],
    ],
    [
      'separableConv2d',
      ({ units: filters, ...a }) => tf.layers.separableConv2d({ filters, depthMultiplier: 2, ...a }),
      (a) => [2, 5, 4, a.features],
      [[-2, -1], [-1]],
    ],
    [
      'simpleRNN',
      ({ units, useBias }) => tf.layers.simpleRNN({ units, useBias }),
      (a) => [2, 3, a.features],
      [[-1], [-1]],
    ],
    [
      'gru',
      ({ units, useBias }) => tf.layers.gru({ units, useBias }),
      (a) => [2, 3, a.features],
      [[-1], [-1]],
    ],
    [
      'lstm',
      ({ units, useBias }) => tf.layers.lstm({ units, useBias }),
      (a) => [2, 3, a.features],
      [[-1], [-1]],
    ],
    [
      'timeDistributed over dense',
      ({ units, useBias }) => tf.layers.timeDistributed({ layer: tf.layers.dense({ units, useBias }) }),
      (a) => [2, 3, a.features],
      [[-1]],
    ],
  ];

  it.each(KINDS)('is %s with the kernels g v / |v|', (_, make, shape, outputAxes) => {
    fc.assert(
      fc.property(any, (args) => {
        fc.pre(args.padding === 'valid' || args.kernelSize >= args.strides); // as above
        tf.tidy(() => {
          const { values } = sampleNd(shape(args), args.seed);
          const x = tf.tensor(values, shape(args));
          const [own, plain] = [weightNorm({ layer: make(args) }), make(args)];
          expect((own.apply(x) as tf.Tensor).shape).toEqual((plain.apply(x) as tf.Tensor).shape);
          const exact: tf.Tensor[] = [];
          own.weights.forEach((weight, i) => {
            const draw = sampleNd(weight.shape as number[], args.seed + 10 + i);
            const isV = /v$/i.test(weight.originalName);
            weight.write(tf.tensor(draw.values, draw.shape).mul(isV ? 10 ** args.exponent : 1));
            const g = sampleNd((own.weights[i - 1]?.shape as number[] | undefined) ?? [], args.seed + 9 + i);
            if (isV) {
              const kernel = normalized(draw, g, outputAxes[exact.length] as number[]);
              exact.push(tf.tensor(kernel.values, kernel.shape));
            } else if (/bias$/.test(weight.originalName)) exact.push(weight.read().clone());
          });
          plain.setWeights(exact);
          expect(own.apply(x) as tf.Tensor).toBeAllClose(plain.apply(x) as tf.Tensor, TOLERANCE.magnitudes);
          own.dispose();
          plain.dispose();
        });
      }),
      { ...runs(), numRuns: runs().numRuns / 2 },
    );
  });
});
