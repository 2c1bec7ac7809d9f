/** Reductions over axes, of tensors of size zero too, and products of matrices. */
import * as tf from '@tensorflow/tfjs';
import { build, everyIndex, get, type Nd, offset, sampleNd, size } from '../nd.js';
import type { KernelCase } from './kernel-case.js';

type Fold = (values: number[]) => number;
type Reduce = (x: tf.Tensor, axes?: number[], keepDims?: boolean) => tf.Tensor;

/** What each reduction makes of a list, of an empty one too. */
export const FOLDS: Record<string, [Reduce, Fold]> = {
  sum: [tf.sum, (values) => values.reduce((a, b) => a + b, 0)],
  mean: [tf.mean, (values) => values.reduce((a, b) => a + b, 0) / values.length],
  prod: [tf.prod, (values) => values.reduce((a, b) => a * b, 1)],
  max: [tf.max, (values) => Math.max(...values)],
  min: [tf.min, (values) => Math.min(...values)],
  logSumExp: [tf.logSumExp, (values) => Math.log(values.reduce((a, b) => a + Math.exp(b), 0))],
  'norm, euclidean': [
    (x, axes, keep) => tf.norm(x, 'euclidean', axes, keep),
    (values) => Math.hypot(...values),
  ],
  variance: [
    (x, axes, keep) => tf.moments(x, axes, keep).variance,
    (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    },
  ],
};

/** Each list of values along the axes, in place of the axes. */
export function reduce(x: Nd, axes: number[], keepDims: boolean, fold: Fold): Nd {
  const over = axes.map((axis) => (axis + x.shape.length) % x.shape.length);
  const kept = x.shape.map((n, axis) => (over.includes(axis) ? 1 : n));
  const lists: number[][] = Array.from({ length: size(kept) }, () => []);
  everyIndex(x.shape, (...index) => {
    const to = index.map((i, axis) => (over.includes(axis) ? 0 : i));
    lists[offset(kept, to)]?.push(get(x, ...index));
  });
  const shape = keepDims ? kept : kept.filter((_, axis) => !over.includes(axis));
  return { shape, values: lists.map(fold) };
}

const REDUCTIONS: { shape: number[]; axes: number[]; keepDims?: boolean }[] = [
  { shape: [3, 4], axes: [0] },
  { shape: [2, 3, 4], axes: [2], keepDims: true },
  { shape: [2, 3, 4], axes: [0, 2] },
  { shape: [2, 3, 4], axes: [1, 0], keepDims: true },
  { shape: [2, 2, 3, 2], axes: [1, 2] },
  { shape: [2, 3], axes: [0, 1] },
];

const reductions = Object.entries(FOLDS).flatMap(([name, [op, fold]]) =>
  REDUCTIONS.filter(({ axes }) => !name.startsWith('norm') || axes.length === 1).map(
    ({ shape, axes, keepDims = false }): KernelCase => ({
      title: `${name} of [${shape}] over [${axes}]${keepDims ? ', kept' : ''}`,
      inputs: [sampleNd(shape, 1)],
      op: (x) => op(x, axes, keepDims),
      exact: (x) => reduce(x, axes, keepDims, fold),
    }),
  ),
);

const ZERO_SIZES: { shape: number[]; axes: number[] }[] = [
  { shape: [0, 3], axes: [0] },
  { shape: [0, 3], axes: [1] },
  { shape: [2, 0, 3], axes: [1] },
  { shape: [3, 0], axes: [0, 1] },
];

const zeroSizes = Object.entries(FOLDS)
  .filter(([name]) => ['sum', 'mean', 'prod', 'max', 'min'].includes(name))
  .flatMap(([name, [op, fold]]) =>
    ZERO_SIZES.map(
      ({ shape, axes }): KernelCase => ({
        title: `${name} of size zero, [${shape}] over [${axes}]`,
        inputs: [sampleNd(shape, 1)],
        op: (x) => op(x, axes),
        exact: (x) => reduce(x, axes, false, fold),
        gradients: null,
      }),
    ),
  );

interface Product {
  a: number[];
  b: number[];
  transposeA?: boolean;
  transposeB?: boolean;
}

const PRODUCTS: Product[] = [
  { a: [3, 4], b: [4, 2] },
  { a: [4, 3], b: [2, 4], transposeA: true, transposeB: true },
  { a: [1, 5], b: [5, 1] },
  { a: [2, 3, 4], b: [2, 4, 2] },
  { a: [2, 4, 3], b: [2, 4, 2], transposeA: true },
  { a: [2, 3, 4], b: [4, 2] },
  { a: [3, 4], b: [2, 2, 4], transposeB: true },
  { a: [1, 3, 4], b: [2, 4, 2] },
  { a: [2, 4, 3], b: [1, 4, 2], transposeA: true },
  { a: [2, 1, 3, 4], b: [2, 3, 4, 2] },
  { a: [3, 1, 2, 4], b: [1, 2, 3, 4], transposeB: true },
  { a: [2, 1, 3, 4], b: [3, 4, 2] },
  { a: [3, 40, 30], b: [1, 30, 40] },
  { a: [2, 1, 34, 32], b: [2, 40, 32], transposeB: true },
  { a: [0, 4], b: [4, 2] },
  { a: [3, 0], b: [0, 2] },
  { a: [2, 3, 0], b: [2, 0, 2] },
  { a: [0, 3, 4], b: [0, 4, 2] },
];

function multiply(a: Nd, b: Nd, { transposeA, transposeB }: Product): Nd {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [rows, inner, columns] = [
    transposeA ? columnsA : rowsA,
    transposeA ? rowsA : columnsA,
    transposeB ? rowsB : columnsB,
  ];
  const rank = Math.max(a.shape.length, b.shape.length) - 2;
  const sizesOf = (t: Nd) => [...new Array(rank + 2 - t.shape.length).fill(1), ...t.shape.slice(0, -2)];
  const [inA, inB] = [sizesOf(a), sizesOf(b)];
  const batch = inA.map((n, axis) => (n === 1 ? (inB[axis] as number) : n));
  const of = (t: Nd, sizes: number[], index: number[]) =>
    index
      .slice(0, rank)
      .map((i, axis) => (sizes[axis] === 1 ? 0 : i))
      .slice(rank + 2 - t.shape.length);
  return build([...batch, rows, columns], (...index) => {
    const [row, column] = index.slice(-2) as [number, number];
    let sum = 0;
    for (let i = 0; i < inner; i++) {
      const [x, y] = [
        get(a, ...of(a, inA, index), ...(transposeA ? [i, row] : [row, i])),
        get(b, ...of(b, inB, index), ...(transposeB ? [column, i] : [i, column])),
      ];
      sum += x * y;
    }
    return sum;
  });
}

const products = PRODUCTS.map((product): KernelCase => {
  const { a, b, transposeA = false, transposeB = false } = product;
  return {
    title: `matMul of [${a}]${transposeA ? "'" : ''} and [${b}]${transposeB ? "'" : ''}`,
    inputs: [sampleNd(a, 1), sampleNd(b, 2)],
    op: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    exact: (a, b) => multiply(a, b, product),
    // Thousands of entries, of which each would move every sum.
    ...(size(a) > 1000 ? { gradients: null } : {}),
  };
});

export const REDUCTION_CASES: KernelCase[] = [...reductions, ...zeroSizes, ...products];
