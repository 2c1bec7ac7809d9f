/** Ops that move entries and compute nothing, and resizes of images. */
import * as tf from '@tensorflow/tfjs';
import { build, get, type Nd, sampleNd } from '../nd.js';
import type { KernelCase } from './kernel-case.js';

const at = (index: number[], axis: number): number => index[axis] as number;

const moved: KernelCase[] = [
  {
    title: 'concat along the second axis, one part empty',
    inputs: [sampleNd([2, 3, 2], 1), sampleNd([2, 0, 2], 2), sampleNd([2, 1, 2], 3)],
    op: (...parts) => tf.concat(parts, 1),
    exact: (a, _, b) => build([2, 4, 2], (i, j, k) => (j < 3 ? get(a, i, j, k) : get(b, i, 0, k))),
  },
  {
    title: 'stack along the second axis',
    inputs: [sampleNd([2, 3], 1), sampleNd([2, 3], 2)],
    op: (...parts) => tf.stack(parts, 1),
    exact: (a, b) => build([2, 2, 3], (i, j, k) => get(j === 0 ? a : b, i, k)),
  },
  {
    title: 'slice from the middle',
    inputs: [sampleNd([3, 4, 3], 1)],
    op: (x) => tf.slice(x, [1, 0, 1], [2, 3, 1]),
    exact: (x) => build([2, 3, 1], (i, j, k) => get(x, i + 1, j, k + 1)),
  },
  {
    title: 'slice of size zero',
    inputs: [sampleNd([3, 4], 1)],
    op: (x) => tf.slice(x, [1, 2], [0, 2]),
    exact: () => ({ shape: [0, 2], values: [] }),
  },
  {
    title: 'stridedSlice backwards',
    inputs: [sampleNd([5, 4], 1)],
    op: (x) => tf.stridedSlice(x, [4, 0], [0, 4], [-2, 3]),
    exact: (x) => build([2, 2], (i, j) => get(x, 4 - 2 * i, 3 * j)),
    gradients: null,
  },
  {
    title: 'split, the middle part',
    inputs: [sampleNd([2, 6], 1)],
    op: (x) => tf.split(x, [1, 3, 2], 1)[1] as tf.Tensor,
    exact: (x) => build([2, 3], (i, j) => get(x, i, j + 1)),
  },
  {
    title: 'unstack, the last part',
    inputs: [sampleNd([2, 3, 2], 1)],
    op: (x) => tf.unstack(x, 1)[2] as tf.Tensor,
    exact: (x) => build([2, 2], (i, j) => get(x, i, 2, j)),
  },
  {
    title: 'tile along three axes',
    inputs: [sampleNd([2, 1, 3], 1)],
    op: (x) => tf.tile(x, [2, 3, 1]),
    exact: (x) => build([4, 3, 3], (i, _, k) => get(x, i % 2, 0, k)),
  },
  {
    title: 'pad by unequal borders',
    inputs: [sampleNd([2, 3, 2], 1)],
    op: (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [0, 1],
        ],
        0.5,
      ),
    exact: (x) => build([2, 6, 3], (i, j, k) => (j >= 1 && j < 4 && k < 2 ? get(x, i, j - 1, k) : 0.5)),
  },
  {
    title: 'reverse of two axes',
    inputs: [sampleNd([2, 3, 2], 1)],
    op: (x) => tf.reverse(x, [0, -1]),
    exact: (x) => build([2, 3, 2], (i, j, k) => get(x, 1 - i, j, 1 - k)),
  },
  {
    title: 'transpose of four axes',
    inputs: [sampleNd([2, 3, 2, 4], 1)],
    op: (x) => tf.transpose(x, [2, 0, 3, 1]),
    exact: (x) => build([2, 2, 4, 3], (i, j, k, l) => get(x, j, l, i, k)),
  },
  {
    title: 'gather with repeated indices, along the second axis',
    inputs: [sampleNd([2, 4, 3], 1)],
    op: (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 1),
    exact: (x) => build([2, 3, 3], (i, j, k) => get(x, i, at([2, 0, 2], j), k)),
  },
  {
    title: 'embedding: gather by two axes of indices',
    inputs: [sampleNd([5, 3], 1)],
    op: (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [4, 1],
            [1, 0],
          ],
          [2, 2],
          'int32',
        ),
      ),
    exact: (x) => build([2, 2, 3], (i, j, k) => get(x, at([4, 1, 1, 0], 2 * i + j), k)),
  },
  {
    title: 'gather of size zero',
    inputs: [sampleNd([5, 3], 1)],
    op: (x) => tf.gather(x, tf.tensor1d([], 'int32')),
    exact: () => ({ shape: [0, 3], values: [] }),
  },
  {
    title: 'where, by a condition',
    inputs: [sampleNd([3, 4], 1), sampleNd([3, 4], 2)],
    op: (a, b) => tf.where(tf.tensor2d([1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1], [3, 4], 'bool'), a, b),
    exact: (a, b) => build([3, 4], (i, j) => get('101100100101'[4 * i + j] === '1' ? a : b, i, j)),
  },
  {
    title: 'oneHot of indices, one of them out of range',
    inputs: [sampleNd([3], 1)],
    op: (x) =>
      tf
        .oneHot(tf.tensor1d([2, 0, 5], 'int32'), 3, 2, -1)
        .toFloat()
        .mul(x),
    exact: (x) => build([3, 3], (i, j) => (j === at([2, 0, 5], i) ? 2 : -1) * get(x, j)),
  },
  {
    title: 'einsum of a batch, summed and transposed',
    inputs: [sampleNd([2, 3, 4], 1), sampleNd([2, 4, 2], 2)],
    op: (a, b) => tf.einsum('bij,bjk->kib', a, b),
    exact: (a, b) =>
      build([2, 3, 2], (k, i, n) =>
        [0, 1, 2, 3].reduce((sum, j) => sum + get(a, n, i, j) * get(b, n, j, k), 0),
      ),
  },
  {
    title: 'dot of a vector and a matrix',
    inputs: [sampleNd([3], 1), sampleNd([3, 2], 2)],
    op: (a, b) => tf.dot(a, b),
    exact: (a, b) => build([2], (j) => [0, 1, 2].reduce((sum, i) => sum + get(a, i) * get(b, i, j), 0)),
  },
  {
    title: 'mirrorPad, symmetric',
    inputs: [sampleNd([3, 4], 1)],
    op: (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 1],
        ],
        'symmetric',
      ),
    exact: (x) => build([6, 5], (i, j) => get(x, at([0, 0, 1, 2, 2, 1], i), at([0, 1, 2, 3, 3], j))),
    gradients: null,
  },
];

type Images = Parameters<typeof tf.image.resizeBilinear>[0];

/** From how far along an axis of `from` the entry i of an axis of `to` comes. */
const source = (i: number, from: number, to: number, corners: boolean): number =>
  corners && to > 1 ? (i * (from - 1)) / (to - 1) : (i * from) / to;

const nearest = (x: Nd, size: [number, number], corners: boolean): Nd => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const of = (i: number, from: number, to: number) => {
    const place = source(i, from, to, corners);
    return Math.min(from - 1, corners ? Math.round(place) : Math.floor(place));
  };
  return build([batch, ...size, channels], (n, i, j, c) =>
    get(x, n, of(i, height, size[0]), of(j, width, size[1]), c),
  );
};

const bilinear = (x: Nd, size: [number, number], corners: boolean): Nd => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return build([batch, ...size, channels], (n, i, j, c) => {
    const [y, z] = [source(i, height, size[0], corners), source(j, width, size[1], corners)];
    const [top, left] = [Math.floor(y), Math.floor(z)];
    const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
    const across = (row: number) =>
      get(x, n, row, left, c) * (1 - (z - left)) + get(x, n, row, right, c) * (z - left);
    return across(top) * (1 - (y - top)) + across(bottom) * (y - top);
  });
};

const RESIZED: { images: number[]; size: [number, number] }[] = [
  { images: [2, 2, 3, 2], size: [4, 6] },
  { images: [2, 3, 2, 1], size: [9, 4] },
  { images: [2, 4, 5, 2], size: [2, 3] },
  { images: [1, 1, 1, 2], size: [3, 2] },
  { images: [2, 2, 3, 1], size: [2, 3] },
];

const resized = RESIZED.flatMap(({ images, size }) =>
  // By the corners of one pixel, tfjs's gradient on cpu never ends.
  (images[1] === 1 ? [false] : [false, true]).flatMap((corners): KernelCase[] => {
    const how = `[${images}] to [${size}]${corners ? ', by its corners' : ''}`;
    const inputs = [sampleNd(images, 1)];
    return [
      {
        title: `resizeNearestNeighbor ${how}`,
        inputs,
        op: (x) => tf.image.resizeNearestNeighbor(x as Images, size, corners),
        exact: (x) => nearest(x, size, corners),
      },
      {
        title: `resizeBilinear ${how}`,
        inputs,
        op: (x) => tf.image.resizeBilinear(x as Images, size, corners),
        exact: (x) => bilinear(x, size, corners),
      },
    ];
  }),
);

export const SHAPE_CASES: KernelCase[] = [...moved, ...resized];
