import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type BlockMasks, dropConnectPerBatch, dropConnectPerExample } from '../../src/ops/drop-connect.js';
import { checkGradient, checkLeaks } from '../../src/testing/index.js';
import { matrix, numericGradient, sample, weighed, weights } from '../support/float64.js';
import { get } from '../support/nd.js';
import { noiseNd, tensorOf } from '../support/random-layers.js';
import { TOLERANCE } from '../support/tolerances.js';

const [BATCH, INPUTS, UNITS] = [7, 5, 3];
const RATE = 0.4;
const SCALE = 1 / (1 - RATE);
const ALL_AT_ONCE = 1000;
const isNative = () => tf.getBackend() === 'tensorflow';

const x64 = sample(BATCH, INPUTS, 1);
const w64 = sample(INPUTS, UNITS, 2);
const noise = noiseNd([BATCH, INPUTS, UNITS]);
const x = tf.tensor2d(x64);
const kernel = tf.tensor2d(w64);
const kept = tf.greaterEqual(tensorOf(noise), RATE); // [batch, inputs, units]

const masksOf: BlockMasks = ({ first, shape }) => kept.slice(first, shape[0]);
const perExample = (x: tf.Tensor, w: tf.Tensor, blockSize = ALL_AT_ONCE) =>
  dropConnectPerExample(x as tf.Tensor2D, w as tf.Tensor2D, masksOf, SCALE, blockSize);
const perBatch = (x: tf.Tensor, w: tf.Tensor) =>
  dropConnectPerBatch(x as tf.Tensor2D, w as tf.Tensor2D, () => kept.slice(0, 1).squeeze([0]), SCALE);

/** The equation, the mask of example b that of example `maskOf(b)`. */
const exact = (x: number[][], w: number[][], maskOf: (b: number) => number) =>
  matrix(BATCH, UNITS, (b, j) =>
    (x[b] as number[]).reduce((sum, value, i) => {
      const m = get(noise, maskOf(b), i, j) >= RATE ? 1 : 0;
      return sum + value * m * ((w[i] as number[])[j] as number) * SCALE;
    }, 0),
  );

/** The product of masked kernels, by ops of the library. */
function composedPerExample(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const masked = kept.cast('float32').mul(w); // [batch, inputs, units]
  return tf
    .matMul(x.expandDims(1), masked as tf.Tensor3D)
    .squeeze([1])
    .mul(SCALE);
}
const composedPerBatch = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
  tf
    .matMul(
      x as tf.Tensor2D,
      kept
        .slice(0, 1)
        .squeeze([0])
        .cast('float32')
        .mul(w as tf.Tensor2D) as tf.Tensor2D,
    )
    .mul(SCALE);

const FORMS = {
  'a mask an example': { op: perExample, composed: composedPerExample, maskOf: (b: number) => b },
  'a mask a batch': { op: perBatch, composed: composedPerBatch, maskOf: () => 0 },
};

describe.each(Object.entries(FORMS))('dropConnect with %s', (_, { op, composed, maskOf }) => {
  it('has masks that drop some weights and keep others', () => {
    const share = kept.cast('float32').mean().dataSync()[0] as number;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.8);
  });

  it('is the equation, and so are its gradients', () => {
    expect(op(x, kernel)).toBeAllClose(exact(x64, w64, maskOf), TOLERANCE.forward);
    const weighing = tf.tensor2d(weights(BATCH, UNITS));
    const [dx, dw] = tf.grads((x: tf.Tensor, w: tf.Tensor) => op(x, w).mul(weighing).sum())([x, kernel]);
    const loss = (x: number[][], w: number[][]) => weighed(exact(x, w, maskOf));
    expect(dx).toBeAllClose(
      numericGradient((x) => loss(x, w64), x64),
      TOLERANCE.gradient,
    );
    expect(dw).toBeAllClose(
      numericGradient((w) => loss(x64, w), w64),
      TOLERANCE.gradient,
    );
  });

  it('equals the composition of ops, and so do its gradients', () => {
    const close = { rtol: 1e-5, atol: 2e-6 };
    expect(op(x, kernel)).toBeAllClose(composed(x, kernel), close);
    const gradients = (f: typeof composed) =>
      tf.grads((x: tf.Tensor, w: tf.Tensor) => f(x, w).square().sum())([x, kernel]);
    const [expected, received] = [gradients(composed), gradients((x, w) => op(x, w))];
    // Sums of terms of order 10.
    expect(received[0]).toBeAllClose(expected[0] as tf.Tensor, { rtol: 1e-5, atol: 2e-5 });
    expect(received[1]).toBeAllClose(expected[1] as tf.Tensor, { rtol: 1e-5, atol: 2e-5 });
  });

  it('has the gradient of central differences', () => {
    checkGradient((x, w) => op(x, w), [x, kernel]);
  });

  it('leaks nothing', async () => {
    await checkLeaks(() => tf.tidy(() => op(x, kernel)));
    await checkLeaks(() => tf.dispose(tf.grads((x: tf.Tensor, w: tf.Tensor) => op(x, w).sum())([x, kernel])));
  });

  it('takes axes of size 1', () => {
    const one = () => tf.ones([1, 1, 1], 'bool');
    const [a, b] = [tf.tensor2d([[3]]), tf.tensor2d([[5]])];
    expect(dropConnectPerExample(a, b, one, 2)).toBeAllClose([[30]]);
    expect(dropConnectPerBatch(a, b, () => tf.ones([1, 1], 'bool'), 2)).toBeAllClose([[30]]);
  });
});

describe('dropConnectPerExample in blocks', () => {
  const inOne = perExample(x, kernel);
  const gradients = (blockSize: number) =>
    tf.grads((x: tf.Tensor, w: tf.Tensor) => perExample(x, w, blockSize).square().sum())([x, kernel]);

  // 15 weights an example: one, two (7 is odd, so that the last block is smaller), three, six and all seven at once.
  it.each([1, 15, 30, 44, 45, 100, 105])('of %d weights is the same', (blockSize) => {
    expect(perExample(x, kernel, blockSize)).toBeAllClose(inOne, { rtol: 1e-6, atol: 1e-6 });
    const [whole, blocks] = [gradients(ALL_AT_ONCE), gradients(blockSize)];
    expect(blocks[0]).toBeAllClose(whole[0] as tf.Tensor, { rtol: 1e-6, atol: 1e-5 });
    expect(blocks[1]).toBeAllClose(whole[1] as tf.Tensor, { rtol: 1e-6, atol: 1e-5 });
  });

  it('asks for each mask once in each pass, by shapes alone; on the native backend in the forward pass only', () => {
    const asked: [number, number, number[]][] = [];
    const noting: BlockMasks = (block) => {
      asked.push([block.index, block.first, block.shape]);
      return masksOf(block);
    };
    const blocks = [
      [0, 0, [3, INPUTS, UNITS]],
      [1, 3, [3, INPUTS, UNITS]],
      [2, 6, [1, INPUTS, UNITS]],
    ];
    dropConnectPerExample(x, kernel, noting, SCALE, 59);
    expect(asked).toEqual(blocks);
    tf.grad((w: tf.Tensor) => dropConnectPerExample(x, w as tf.Tensor2D, noting, SCALE, 59))(kernel);
    expect(asked).toEqual([...blocks, ...blocks, ...(isNative() ? [] : blocks)]);
  });

  it('and in parts is the composition, with units that fill no byte', () => {
    // Two blocks; a product of twelve examples at once, gradients of 26 inputs at once.
    const [examples, inputs, units, blockSize] = [40, 90, 1003, 23 * 90 * 1003];
    const kept = tf.greaterEqual(tf.randomUniform([examples, inputs, units], 0, 1, 'float32', 3), RATE);
    const [a, b, weighing] = (
      [
        [examples, inputs],
        [inputs, units],
        [examples, units],
      ] as const
    ).map((shape, n) => tf.randomNormal([...shape], 0, 1, 'float32', n)) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const slices: BlockMasks = ({ first, shape }) => kept.slice(first, shape[0]);
    const op = (x: tf.Tensor, w: tf.Tensor) =>
      dropConnectPerExample(x as tf.Tensor2D, w as tf.Tensor2D, slices, 1, blockSize);
    const composed = (x: tf.Tensor, w: tf.Tensor) =>
      tf.matMul(x.expandDims(1), kept.cast('float32').mul(w) as tf.Tensor3D).squeeze([1]);
    expect(op(a, b)).toBeAllClose(composed(a, b), { rtol: 1e-5, atol: 2e-5 });
    const [expected, received] = [composed, op].map((f) =>
      tf.grads((x: tf.Tensor, w: tf.Tensor) => f(x, w).mul(weighing).sum())([a, b]),
    ) as [tf.Tensor[], tf.Tensor[]];
    // Sums of a thousand terms, of which rounding leaves 1e-4.
    for (const n of [0, 1])
      expect(received[n] as tf.Tensor).toBeAllClose(expected[n] as tf.Tensor, { rtol: 1e-5, atol: 1e-4 });
  });

  // 128 examples of 2^14 weights, four in a block: a block has 256 KB, the masks of all 8 MB, at a byte each 2 MB.
  const [examples, inputs, units, blockSize] = [128, 128, 128, 2 ** 16];
  const draw: BlockMasks = ({ shape }) => tf.greaterEqual(tf.ones(shape), 0.5);
  const a = tf.randomNormal([examples, inputs], 0, 1, 'float32', 1) as tf.Tensor2D;
  const b = tf.randomNormal([inputs, units], 0, 1, 'float32', 2) as tf.Tensor2D;

  /** Bytes of the masks that are kept for the gradient, at a bit each. */
  const bits = () => (isNative() ? (examples * inputs * units) / 8 : 0);

  it('holds three tensors of a block at most, whatever the batch, and masks at a bit each', async () => {
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() =>
      tf.tidy(() => {
        const [, dw] = tf.grads((x: tf.Tensor, w: tf.Tensor) =>
          dropConnectPerExample(x as tf.Tensor2D, w as tf.Tensor2D, draw, 2, blockSize).sum(),
        )([a, b]);
        return dw as tf.Tensor;
      }),
    );
    const block = 4 * blockSize;
    // x, u and their gradients; the kernel's gradient, that of a block, and a clone of the kernel.
    const dense = 4 * (2 * examples * (inputs + units) + 3 * inputs * units);
    expect(peakBytes - before).toBeGreaterThan(block);
    expect(peakBytes - before).toBeLessThan(3 * block + dense + bits());
  });

  /** What is alive between the forward and the backward pass and was not before; a clone counts, though it has no bytes. */
  function savedBy(f: (x: tf.Tensor2D, w: tf.Tensor2D) => tf.Tensor): number {
    let saved = 0;
    tf.tidy(() => {
      tf.grads((x: tf.Tensor, w: tf.Tensor) => {
        const before = tf.memory().numBytes;
        const y = tf.tidy(() => f(x as tf.Tensor2D, w as tf.Tensor2D));
        saved = tf.memory().numBytes - before;
        return y.sum();
      })([a, b]);
    });
    return saved;
  }

  it('keeps for the gradient what a product keeps, and on the native backend the masks', () => {
    const product = savedBy((x, w) => tf.matMul(x, w));
    expect(product).toBeGreaterThan(4 * examples * units);
    expect(savedBy((x, w) => dropConnectPerExample(x, w, draw, 2, blockSize))).toBe(product + bits());
  });

  it('keeps a mask of one byte a weight, and the masked kernel, where the batch shares them', () => {
    const mask = () => tf.greaterEqual(tf.ones([inputs, units]), 0.5);
    const product = savedBy((x, w) => tf.matMul(x, w)); // in it, the kernel
    expect(savedBy((x, w) => dropConnectPerBatch(x, w, mask, 2))).toBe(product + inputs * units);
  });
});
