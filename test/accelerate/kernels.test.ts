/** Kernels that replace those of tfjs's wasm backend give the same values, for many shapes; nothing changes on other backends. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';

const PARAMETERS = { numRuns: 30, seed: 7 };
const shape = (least: number, most: number) =>
  fc.array(fc.integer({ min: 1, max: most < 4 ? 20 : 5 }), { minLength: least, maxLength: most });

const sample = (
  shape: number[],
  seed: number,
  dtype: 'float32' | 'int32' | 'bool' = 'float32',
): tf.Tensor => {
  const values = Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) =>
    Math.sin(1 + seed * 12.9898 + i * 78.233),
  );
  if (dtype === 'float32') return tf.tensor(values, shape);
  if (dtype === 'bool')
    return tf.tensor(
      values.map((value) => value > 0),
      shape,
      'bool',
    );
  return tf.tensor(
    values.map((value) => Math.round(1e6 * value)),
    shape,
    'int32',
  );
};

/** Accelerated, f gives what it gives without. */
function same(f: () => tf.Tensor | tf.Tensor[], tolerance = { rtol: 0, atol: 0 }): void {
  tf.tidy(() => {
    const expected = [f()].flat();
    const received = accelerated(() => [f()].flat());
    expect(received).toHaveLength(expected.length);
    for (const [i, t] of received.entries()) {
      expect(t.dtype).toBe(expected[i]?.dtype);
      expect(t).toBeAllClose(expected[i] as tf.Tensor, tolerance);
    }
  });
}

/** Why a test is for kernels of wasm alone. */
const OWN = 'other backends have kernels of their own for it';
const isWasm = () => tf.getBackend() === 'wasm';

const dtypes = ['float32', 'int32', 'bool'] as const;

describe('parts of a tensor', () => {
  it.each(dtypes)('slice, %s', (dtype) => {
    const any = shape(1, 5).chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.tuple(...shape.map((size) => fc.integer({ min: 0, max: size - 1 }))),
        fc.tuple(...shape.map(() => fc.double({ min: 0, max: 1, noNaN: true }))),
      ),
    );
    fc.assert(
      fc.property(any, ([shape, begin, parts]) => {
        const size = shape.map((size, i) => Math.ceil((parts[i] as number) * (size - (begin[i] as number))));
        same(() => tf.slice(sample(shape, 1, dtype), begin as never, size as never));
      }),
      PARAMETERS,
    );
  });

  it('slice to the end, and of strings', () => {
    same(() => tf.slice(sample([4, 5], 1), [1, 2], -1 as never));
    tf.tidy(() => {
      const words = tf.tensor1d(['a', 'b', 'c']);
      expect(accelerated(() => tf.slice(words, 1, 2).dataSync())).toEqual(['b', 'c']);
    });
  });

  it('split into equal parts, and by sizes', () => {
    const x = tf.keep(sample([3, 12, 4], 1));
    same(() => tf.split(x, 3, 1));
    same(() => tf.split(x, [1, 2, 9], 1));
    same(() => tf.split(x, [1, -1, 2], -1));
    same(() => tf.split(x.toInt(), 2, 2));
    x.dispose();
  });

  it('unstack along any axis', () => {
    for (const axis of [0, 1, 2, -1]) same(() => tf.unstack(sample([3, 12, 4], 1), axis));
  });

  it('holds no more memory than the parts', ({ skip }) => {
    skip(!isWasm(), OWN);
    accelerated(() => {
      const x = sample([64, 64], 1);
      const before = tf.memory();
      const parts = [...tf.split(x, 4, 1), ...tf.unstack(x), tf.slice(x, [0, 3], [64, 1])];
      expect(tf.memory().numDataBuffers).toBeLessThanOrEqual(before.numDataBuffers + parts.length);
      tf.dispose(parts);
      expect(tf.memory()).toEqual(before);
      x.dispose();
    });
  });
});

describe('sum', () => {
  it('over any axes, kept or not', () => {
    const any = shape(1, 4).chain((shape) =>
      fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()]), fc.boolean()),
    );
    fc.assert(
      fc.property(any, ([shape, axes, keepDims]) => {
        same(() => tf.sum(sample(shape, 1), axes.length > 0 ? axes : undefined, keepDims), {
          rtol: 1e-5,
          atol: 1e-5,
        });
      }),
      PARAMETERS,
    );
  });

  it('of size zero is 0', ({ skip }) => {
    skip(!isWasm(), OWN);
    tf.tidy(() => {
      for (const shape of [[0, 3], [0], [2, 0, 3]]) {
        expect(accelerated(() => tf.sum(tf.zeros(shape), shape.indexOf(0)))).toBeAllClose(
          tf.zeros(shape.filter((size) => size > 0)),
        );
      }
    });
  });

  it('and other reductions of size zero, of each type', ({ skip }) => {
    skip(!['cpu', 'wasm'].includes(tf.getBackend()), OWN);
    accelerated(() =>
      tf.tidy(() => {
        const [whole, truths] = [tf.zeros([0, 2], 'int32'), tf.zeros([0, 2], 'bool')];
        const [smallest, largest] = [-(2 ** 31), 2 ** 31 - 1];
        for (const [y, dtype, value] of [
          [tf.sum(whole, 0), 'int32', 0],
          [tf.prod(whole, 0), 'int32', 1],
          [tf.max(whole, 0), 'int32', smallest],
          [tf.min(whole, 0), 'int32', largest],
          [tf.mean(whole, 0), 'float32', Number.NaN],
          [tf.sum(truths, 0), 'int32', 0],
          [tf.any(truths, 0), 'bool', 0],
          [tf.all(truths, 0), 'bool', 1],
        ] as const) {
          expect(y.dtype).toBe(dtype);
          expect(Array.from(y.dataSync())).toEqual([value, value]);
        }
        expect(tf.any(truths, 0, true).shape).toEqual([1, 2]);
      }),
    );
  });

  it('of whole numbers, and with axes in any order', () => {
    same(() => tf.sum(sample([5, 3], 1, 'int32'), 0));
    same(() => tf.sum(sample([2, 3, 4], 1), [1, 0]), { rtol: 1e-5, atol: 1e-5 });
    same(() => tf.sum(sample([2, 3, 4], 1), -2), { rtol: 1e-5, atol: 1e-5 });
  });
});

describe('products of matrices', () => {
  it.each([
    { batch: [], rows: 3, inner: 4, columns: 5 },
    { batch: [], rows: 40, inner: 30, columns: 20 },
    { batch: [1], rows: 40, inner: 30, columns: 20 },
    { batch: [3], rows: 40, inner: 30, columns: 30 },
    { batch: [2, 3], rows: 31, inner: 33, columns: 40 },
    { batch: [2, 3], rows: 2, inner: 3, columns: 4 },
  ])('transposed or not, %j', ({ batch, rows, inner, columns }) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        same(
          () => {
            const a = sample([...batch, ...(transposeA ? [inner, rows] : [rows, inner])], 1);
            const b = sample([...batch, ...(transposeB ? [columns, inner] : [inner, columns])], 2);
            return tf.matMul(a, b, transposeA, transposeB);
          },
          { rtol: 1e-5, atol: 1e-5 },
        );
      }
    }
  });

  it('whose batches broadcast', () => {
    const big = () => [sample([3, 40, 30], 1), sample([1, 30, 40], 2)] as const;
    same(() => tf.matMul(...big()), { rtol: 1e-5, atol: 1e-5 });
  });
});

const CONVOLUTIONS = [
  { image: [3, 7, 6, 2], filter: [3, 2, 2, 4], strides: 1, pad: 'same' },
  { image: [2, 7, 6, 3], filter: [3, 3, 3, 2], strides: 1, pad: 'valid' },
  { image: [2, 8, 9, 2], filter: [3, 3, 2, 2], strides: 2, pad: 'same' },
  { image: [2, 8, 9, 2], filter: [3, 2, 2, 3], strides: [2, 3], pad: 'valid' },
  { image: [1, 5, 5, 1], filter: [1, 1, 1, 1], strides: 3, pad: 'valid' },
  { image: [2, 6, 5, 2], filter: [4, 3, 2, 2], strides: [1, 2], pad: 1 },
  {
    image: [2, 6, 5, 2],
    filter: [2, 2, 2, 2],
    strides: 1,
    pad: [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  },
  { image: [1, 6, 5, 2], filter: [2, 2, 2, 2], strides: 1, pad: 3 },
] as const;

type Shape4 = [number, number, number, number];

/** `sum over the places of dy y` by its definition, differentiated: [by the image, by the filter]. */
function byDefinition(x: tf.Tensor4D, w: tf.Tensor4D, dy: tf.Tensor4D, test: (typeof CONVOLUTIONS)[number]) {
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    w.shape,
    test.strides as never,
    1,
    test.pad as never,
  );
  const [image, filter, d] = [x.arraySync(), w.arraySync(), dy.arraySync()];
  const dx = tf.buffer(x.shape);
  const dw = tf.buffer(w.shape);
  d.forEach((rows, n) => {
    rows.forEach((columns, i) => {
      columns.forEach((outputs, j) => {
        outputs.forEach((value, o) => {
          filter.forEach((filterRow, k) => {
            filterRow.forEach((inputs, l) => {
              const row = i * info.strideHeight + k - info.padInfo.top;
              const column = j * info.strideWidth + l - info.padInfo.left;
              const pixel = image[n]?.[row]?.[column];
              if (!pixel) return;
              inputs.forEach((weights, c) => {
                const [atX, atW] = [
                  [n, row, column, c],
                  [k, l, c, o],
                ];
                dx.set((dx.get(...atX) as number) + value * (weights[o] as number), ...atX);
                dw.set((dw.get(...atW) as number) + value * (pixel[c] as number), ...atW);
              });
            });
          });
        });
      });
    });
  });
  return [dx.toTensor(), dw.toTensor()] as const;
}

describe('gradients of a convolution equal their definition', () => {
  it.for(CONVOLUTIONS)('%j', (test, { skip }) => {
    const explicit = typeof test.pad !== 'string';
    skip(explicit && tf.getBackend() === 'tensorflow', 'tfjs-node has no padding in pixels');
    tf.tidy(() => {
      const x = sample([...test.image], 1) as tf.Tensor4D;
      const w = sample([...test.filter], 2) as tf.Tensor4D;
      const y = tf.conv2d(x, w, test.strides as never, test.pad as never);
      const dy = sample(y.shape, 3) as tf.Tensor4D;
      const expected = byDefinition(x, w, dy, test);
      const received = accelerated(() =>
        tf.grads((x, w) =>
          tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, test.strides as never, test.pad as never),
        )([x, w], dy),
      );
      for (const [i, t] of expected.entries()) {
        expect(received[i] as tf.Tensor).toBeAllClose(t, { rtol: 1e-4, atol: 1e-5 });
      }
    });
  });

  it('and a transposed convolution is as before', () => {
    const [x, w] = [[2, 4, 3, 5] as Shape4, [3, 3, 2, 5] as Shape4];
    for (const [strides, height, width] of [
      [1, 4, 3],
      [2, 8, 6],
      [2, 7, 5],
    ] as const) {
      same(
        () =>
          tf.conv2dTranspose(
            sample(x, 1) as tf.Tensor4D,
            sample(w, 2) as tf.Tensor4D,
            [2, height, width, 2],
            strides,
            'same',
          ),
        { rtol: 1e-4, atol: 1e-5 },
      );
    }
  });
});

describe('a transposed convolution', () => {
  it('has the shape that was asked for, one smaller than its input too', ({ skip }) => {
    skip(tf.getBackend() === 'tensorflow', 'TensorFlow refuses it');
    const [x, w] = [sample([1, 4, 4, 3], 1) as tf.Tensor4D, sample([3, 3, 2, 3], 2) as tf.Tensor4D];
    same(() => tf.conv2dTranspose(x, w, [1, 2, 3, 2], 1, 'same'), { rtol: 1e-4, atol: 1e-5 });
    tf.dispose([x, w]);
  });
});

describe('the gradient of max pooling', () => {
  const gradient = (
    x: tf.Tensor4D,
    ...args: [number | [number, number], number, 'same' | 'valid' | number]
  ) =>
    accelerated(() =>
      tf.grad((x: tf.Tensor) =>
        tf
          .maxPool(x as tf.Tensor4D, ...args)
          .mul(2)
          .sum(),
      )(x),
    );

  it('goes to the largest entry of each window, also where none is positive', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([-4, -3, -2, -7, 5, 6, 8, 7], [1, 4, 2, 1]);
      expect(gradient(x, 2, 2, 'valid')).toBeAllClose(tf.tensor4d([0, 0, 2, 0, 0, 0, 2, 0], [1, 4, 2, 1]));
    });
  });

  it('goes to the first of equal entries', ({ skip }) => {
    skip(!isWasm(), OWN);
    tf.tidy(() => {
      const x = tf.tensor4d([1, 3, 3, 3], [1, 2, 2, 1]);
      expect(gradient(x, 2, 2, 'valid')).toBeAllClose(tf.tensor4d([0, 2, 0, 0], [1, 2, 2, 1]));
    });
  });

  it('adds up where windows overlap, by channel, and leaves out what is over the edge', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([-1, 9, -2, 1, -3, 2, -4, 3], [1, 1, 4, 2]);
      // Windows of three columns around each: the largest of channel 0 is in column 0, 0, 1, 2; of channel 1 in 0, 0, 3, 3.
      expect(gradient(x, [1, 3], 1, 'same')).toBeAllClose(
        tf.tensor4d([4, 4, 2, 0, 2, 0, 0, 4], [1, 1, 4, 2]),
      );
    });
  });
});

describe('sums of segments', () => {
  it.each(['float32', 'int32'] as const)('of rows, of blocks, by ids of two axes, %s', (dtype) => {
    tf.tidy(() => {
      // TensorFlow refuses ids past the end.
      const ids = tf.tensor1d([2, 0, 2, -1, tf.getBackend() === 'tensorflow' ? -1 : 5], 'int32');
      for (const shape of [[5], [5, 3], [5, 2, 3]]) {
        const x = sample(shape, 1, dtype);
        const [a, b, c] = tf.unstack(x.slice(0, 3)) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const y = accelerated(() => tf.unsortedSegmentSum(x, ids, 3));
        if (isWasm()) expect(y.dtype).toBe(dtype);
        expect(y).toBeAllClose(tf.stack([b, tf.zerosLike(b), a.add(c)]), { rtol: 1e-6, atol: 1e-6 });
      }
    });
  });
});

describe('gradients of a depthwise convolution', () => {
  it.each([
    { strides: 1, pad: 'same' },
    { strides: 2, pad: 'valid' },
  ] as const)('are those of the dense one with zeros between the channels, %j', ({ strides, pad }) => {
    tf.tidy(() => {
      const x = sample([2, 7, 6, 3], 1) as tf.Tensor4D;
      const w = sample([3, 2, 3, 2], 2) as tf.Tensor4D;
      const spread = (w: tf.Tensor) => {
        const own = tf.eye(3).reshape([1, 1, 3, 3, 1]);
        return w.reshape([3, 2, 1, 3, 2]).mul(own).reshape([3, 2, 3, 6]) as tf.Tensor4D;
      };
      const dense = (x: tf.Tensor, w: tf.Tensor) => {
        const whole = tf.conv2d(x as tf.Tensor4D, spread(w), 1, 'same');
        return whole;
      };
      const depthwise = (x: tf.Tensor, w: tf.Tensor) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
      const dy = sample(depthwise(x, w).shape, 3);
      const [dx, dw] = accelerated(() => tf.grads(depthwise)([x, w], dy)) as [tf.Tensor, tf.Tensor];
      // Linear in each: the gradient by one is the product with dy of what a unit of it gives.
      expect(dx.mul(x).sum()).toBeAllClose(depthwise(x, w).mul(dy).sum(), { rtol: 1e-4, atol: 1e-4 });
      expect(dw.mul(w).sum()).toBeAllClose(depthwise(x, w).mul(dy).sum(), { rtol: 1e-4, atol: 1e-4 });
      if (strides === 1) {
        const [dxOfDense, dwOfDense] = accelerated(() => tf.grads(dense)([x, w], dy)) as [
          tf.Tensor,
          tf.Tensor,
        ];
        expect(dx).toBeAllClose(dxOfDense, { rtol: 1e-4, atol: 1e-5 });
        expect(dw).toBeAllClose(dwOfDense, { rtol: 1e-4, atol: 1e-5 });
      }
    });
  });
});
