/** Activations and what else goes entry by entry or row by row. */
import * as tf from '@tensorflow/tfjs';
import { build, get, map, type Nd, rows, sampleNd } from '../nd.js';
import type { KernelCase } from './kernel-case.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };
const erf = (x: number): number => {
  // Its power series, exact where it is used here.
  let [sum, term] = [0, x];
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};

const UNARY: Record<string, [(x: tf.Tensor) => tf.Tensor, (x: number) => number]> = {
  relu: [tf.relu, (x) => Math.max(x, 0)],
  relu6: [tf.relu6, (x) => Math.min(Math.max(x, 0), 6)],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.3), (x) => (x > 0 ? x : 0.3 * x)],
  elu: [tf.elu, (x) => (x > 0 ? x : Math.expm1(x))],
  selu: [tf.selu, (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x))],
  softplus: [tf.softplus, (x) => Math.log1p(Math.exp(x))],
  sigmoid: [tf.sigmoid, sigmoid],
  logSigmoid: [tf.logSigmoid, (x) => -Math.log1p(Math.exp(-x))],
  tanh: [tf.tanh, Math.tanh],
  erf: [tf.erf, erf],
  exp: [tf.exp, Math.exp],
  expm1: [tf.expm1, Math.expm1],
  abs: [tf.abs, Math.abs],
  neg: [tf.neg, (x) => -x],
  sign: [tf.sign, Math.sign],
  square: [tf.square, (x) => x * x],
  reciprocal: [tf.reciprocal, (x) => 1 / x],
  clipByValue: [(x) => tf.clipByValue(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2)],
  sin: [tf.sin, Math.sin],
  cos: [tf.cos, Math.cos],
  atan: [tf.atan, Math.atan],
  sinh: [tf.sinh, Math.sinh],
  cosh: [tf.cosh, Math.cosh],
  asinh: [tf.asinh, Math.asinh],
  floor: [tf.floor, Math.floor],
  ceil: [tf.ceil, Math.ceil],
  step: [(x) => tf.step(x, 0.2), (x) => (x > 0 ? 1 : 0.2)],
};

const POSITIVE: typeof UNARY = {
  sqrt: [tf.sqrt, Math.sqrt],
  rsqrt: [tf.rsqrt, (x) => 1 / Math.sqrt(x)],
  log: [tf.log, Math.log],
  log1p: [tf.log1p, Math.log1p],
};

const far = (shape: number[]): Nd => map(sampleNd(shape, 3), (x) => Math.fround(x * 5));

const unary = [...Object.entries(UNARY), ...Object.entries(POSITIVE)].map(([name, [op, f]]): KernelCase => {
  const positive = name in POSITIVE;
  const input = ['erf'].includes(name) ? sampleNd([3, 5], 3) : far([3, 5]);
  return {
    title: name,
    inputs: [positive ? map(input, (x) => Math.abs(x) + 0.1) : input].map((x) => map(x, Math.fround)),
    op,
    exact: (x) => map(x, f),
  };
});

/** Entry by entry, with what has an axis less, or one of size 1, repeated. */
const broadcast = (a: Nd, b: Nd, f: (a: number, b: number) => number): Nd => {
  const rank = Math.max(a.shape.length, b.shape.length);
  const sizesOf = (t: Nd) => [...new Array(rank - t.shape.length).fill(1), ...t.shape] as number[];
  const [inA, inB] = [sizesOf(a), sizesOf(b)];
  const at = (t: Nd, sizes: number[], index: number[]) =>
    get({ shape: sizes, values: t.values }, ...index.map((i, axis) => (sizes[axis] === 1 ? 0 : i)));
  const shape = inA.map((n, axis) => (n === 1 ? (inB[axis] as number) : n));
  return build(shape, (...index) => f(at(a, inA, index), at(b, inB, index)));
};

const BINARY: Record<string, [(a: tf.Tensor, b: tf.Tensor) => tf.Tensor, (a: number, b: number) => number]> =
  {
    add: [tf.add, (a, b) => a + b],
    sub: [tf.sub, (a, b) => a - b],
    mul: [tf.mul, (a, b) => a * b],
    div: [tf.div, (a, b) => a / b],
    maximum: [tf.maximum, Math.max],
    minimum: [tf.minimum, Math.min],
    squaredDifference: [tf.squaredDifference, (a, b) => (a - b) ** 2],
    'pow of a square': [(a, b) => tf.pow(tf.square(a), b), (a, b) => (a * a) ** b],
    atan2: [tf.atan2, Math.atan2],
    prelu: [tf.prelu, (x, alpha) => (x > 0 ? x : alpha * x)],
  };

const SHAPES: [number[], number[]][] = [
  [[2, 3, 4], [4]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[3], [2, 1, 3]],
  [
    [2, 1, 2],
    [2, 3, 1],
  ],
  [[0, 3], [3]],
];

const binary = Object.entries(BINARY).flatMap(([name, [op, f]]) =>
  // The slopes of a prelu are repeated, not its inputs.
  SHAPES.slice(0, name === 'prelu' ? 2 : SHAPES.length).map(
    ([a, b]): KernelCase => ({
      title: `${name} of [${a}] and [${b}]`,
      inputs: [sampleNd(a, 1), sampleNd(b, 2)],
      op,
      exact: (a, b) => broadcast(a, b, f),
    }),
  ),
);

/** Row by row of the last axis. */
const byRow = (x: Nd, f: (row: number[]) => number[]): Nd => ({
  shape: x.shape,
  values: x.values.length === 0 ? [] : rows(x).flatMap(f),
});
const softmax = (row: number[]): number[] => {
  const sum = row.reduce((total, x) => total + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / sum);
};
const running = (row: number[], exclusive: boolean, reverse: boolean): number[] => {
  const inOrder = reverse ? row.toReversed() : row;
  let sum = 0;
  const sums = inOrder.map((x) => {
    const before = sum;
    sum += x;
    return exclusive ? before : sum;
  });
  return reverse ? sums.reverse() : sums;
};

const alongRows: KernelCase[] = [
  [3, 5],
  [2, 3, 4],
  [0, 4],
].flatMap((shape) => {
  const inputs = [sampleNd(shape, 1)];
  return [
    {
      title: `softmax of [${shape}]`,
      inputs,
      op: (x: tf.Tensor) => tf.softmax(x),
      exact: (x: Nd) => byRow(x, softmax),
    },
    {
      title: `logSoftmax of [${shape}]`,
      inputs,
      op: (x: tf.Tensor) => tf.logSoftmax(x),
      exact: (x: Nd) => byRow(x, (row) => softmax(row).map(Math.log)),
    },
    ...[0, 1, 2, 3].map((bits) => {
      const [exclusive, reverse] = [bits % 2 === 1, bits > 1];
      return {
        title: `cumsum of [${shape}]${exclusive ? ', exclusive' : ''}${reverse ? ', from the end' : ''}`,
        inputs,
        op: (x: tf.Tensor) => tf.cumsum(x, shape.length - 1, exclusive, reverse),
        exact: (x: Nd) => byRow(x, (row) => running(row, exclusive, reverse)),
      };
    }),
  ];
});

const batchNorm: KernelCase[] = [
  [2, 3],
  [2, 3, 2, 4],
].map((shape) => {
  const features = [shape.at(-1) as number];
  const vector = (seed: number) => sampleNd(features, seed);
  const variance = map(vector(4), (x) => Math.fround(x * x + 0.1));
  return {
    title: `batchNorm of [${shape}]`,
    inputs: [sampleNd(shape, 1), vector(2), variance, vector(5), vector(6)],
    op: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      ),
    exact: (x, mean, variance, offset, scale) =>
      build(x.shape, (...index) => {
        const c = index.at(-1) as number;
        const unit = (get(x, ...index) - get(mean, c)) / Math.sqrt(get(variance, c) + 1e-3);
        return unit * get(scale, c) + get(offset, c);
      }),
  };
});

export const ELEMENTWISE_CASES: KernelCase[] = [...unary, ...binary, ...alongRows, ...batchNorm];
