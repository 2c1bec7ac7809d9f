import * as tf from '@tensorflow/tfjs';
import { floatOf, type MaybeChanging } from '../steps/changing.js';
import { nativeGradients, nativeProduct } from './drop-connect-native.js';
import { withGradient } from './gradient.js';
import { FLOAT } from './native-attributes.js';
import { nativeGradientOp } from './native-op.js';

/** How many weights are masked at once: 16 MB of them. */
const BLOCK = 2 ** 22;

/** Consecutive examples whose masks are drawn together. */
export interface Block {
  /** The number of the block, from 0. */
  readonly index: number;
  /** The number of its first example. */
  readonly first: number;
  /** `[examples, inputs, units]` */
  readonly shape: [number, number, number];
}

interface Gradients {
  /** Of each block so far, `[examples, inputs]` */
  readonly dx: tf.Tensor2D[];
  /** `[inputs, units]` */
  readonly dW: tf.Tensor2D;
}

/** The masks of a block, bool, of its shape: the same ones each time they are asked for. */
export type BlockMasks = (block: Block) => tf.Tensor;

type Operands = [x: tf.Tensor2D, kernel: tf.Tensor2D];
type Saved = [...Operands, ...bits: tf.Tensor[]];

/**
 * A product with a kernel of which each example keeps weights of its own.
 *
 * Forward: `u_bj = scale sum_i x_bi M_bij W_ij`, `M = 1 where kept, else 0`. Backward:
 * `dx_bi = scale sum_j M_bij W_ij dy_bj`, `dW_ij = scale sum_b M_bij x_bi dy_bj`.
 *
 * The masks, `batch inputs units` of them, are drawn for a few examples at a time: three tensors of a block at most, of
 * 16 MB each, or of one example where that has more. Which examples form a block follows from the shapes alone. On the
 * native backend, where drawing takes longer than what is done with a mask, masks are kept for the gradient at a bit each;
 * elsewhere they are drawn again, and nothing is kept but x and W.
 *
 * Source: Wan et al., "Regularization of neural networks using DropConnect", ICML 2013, section 3.1.
 *
 * @param x `[batch, inputs]`
 * @param kernel `[inputs, units]`
 * @param masksOf draws the masks of a block
 * @param scale `1 / (1 - rate)` in the inverted form, 1 in the classical one
 * @param blockSize how many weights are masked at once
 * @returns `[batch, units]`
 */
export function dropConnectPerExample(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  masksOf: BlockMasks,
  scale: MaybeChanging,
  blockSize = BLOCK,
): tf.Tensor2D {
  const [inputs, units] = kernel.shape;
  const blocks = blocksOf(x.shape[0], inputs, units, blockSize);
  // Of no examples: there is nothing to put together, nor to learn from.
  if (blocks.length === 0) return tf.matMul(x, kernel);
  const keptIn = (block: Block) => tf.tidy(() => masksOf(block));
  const product = withGradient<Operands, tf.Tensor2D, Saved>(([x, kernel], save) => {
    const products = blocks.map((block) =>
      tf.tidy(() => {
        const operands = [rowsOf(x, block), kernel, keptIn(block)] as const;
        return nativeProduct(...operands) ?? [productOf(...operands)];
      }),
    );
    save([x, kernel, ...products.flatMap(([, bits]) => bits ?? [])]);
    const value = tf.concat(products.map(([product]) => product as tf.Tensor2D));
    const gradient = (dy: tf.Tensor2D, [x, kernel, ...bits]: Saved) =>
      nativeGradients(dy, x, kernel, bits) ?? gradientsOf(dy, x, kernel, blocks, keptIn);
    return { value, gradient };
  });
  return times(product(x, kernel), scale);
}

/**
 * A product with a kernel of which all examples keep the same weights.
 *
 * Forward: `u = scale x (M * W)`, `M = 1 where kept, else 0`. Backward: `dx = scale dy (M * W)^T`,
 * `dW = scale M * (x^T dy)`.
 *
 * @param x `[batch, inputs]`
 * @param kernel `[inputs, units]`
 * @param draw draws the mask, bool, `[inputs, units]`
 * @param scale `1 / (1 - rate)` in the inverted form, 1 in the classical one
 * @returns `[batch, units]`
 */
export function dropConnectPerBatch(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  draw: () => tf.Tensor,
  scale: MaybeChanging,
): tf.Tensor2D {
  // The product is left to tfjs, whose tape leaves out a gradient by x that nobody asked for.
  const thinned = withGradient<[tf.Tensor2D], tf.Tensor, [tf.Tensor]>(([kernel], save) => {
    const kept = tf.tidy(draw);
    save([kept]);
    return {
      value: masked(kernel, kept),
      gradient: (dy, [kept]) => [masked(dy, kept)],
    };
  });
  return times(tf.matMul<tf.Tensor2D>(x, thinned(kernel)), scale);
}

/** Of as many examples as stay within `blockSize` weights, and of one at least. */
function blocksOf(examples: number, inputs: number, units: number, blockSize: number): Block[] {
  const size = Math.max(1, Math.floor(blockSize / (inputs * units)));
  return Array.from({ length: Math.ceil(examples / size) }, (_, index) => {
    const first = index * size;
    return { index, first, shape: [Math.min(size, examples - first), inputs, units] };
  });
}

function rowsOf(t: tf.Tensor2D, { first, shape: [examples] }: Block): tf.Tensor2D {
  return t.slice([first, 0], [examples, -1]);
}

/** The gradients by x and W, of masks that are drawn again. */
function gradientsOf(
  dy: tf.Tensor2D,
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  blocks: Block[],
  keptIn: BlockMasks,
): tf.Tensor[] {
  const start: Gradients = { dx: [], dW: tf.zeros(kernel.shape) };
  const { dx, dW } = blocks.reduce((sum, block) => {
    const [dx, dW] = tf.tidy(() => {
      const [kept, xRows, dyRows] = [keptIn(block), rowsOf(x, block), rowsOf(dy, block)];
      return [
        inputGradientOf(dyRows, kernel, kept),
        tf.add<tf.Tensor2D>(sum.dW, kernelGradientOf(xRows, dyRows, kept)),
      ] as const;
    });
    sum.dW.dispose();
    return { dx: [...sum.dx, dx], dW };
  }, start);
  return [tf.concat(dx), dW];
}

/** `sum_i x_bi M_bij W_ij`, `[examples, units]` */
function productOf(x: tf.Tensor2D, kernel: tf.Tensor2D, kept: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(x.expandDims(1), masked(kernel, kept)).squeeze([1]));
}

/** `sum_j M_bij W_ij dy_bj`, `[examples, inputs]` */
function inputGradientOf(dy: tf.Tensor2D, kernel: tf.Tensor2D, kept: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(masked(kernel, kept), dy.expandDims(2)).squeeze([2]));
}

/** `sum_b M_bij x_bi dy_bj`, `[inputs, units]` */
function kernelGradientOf(x: tf.Tensor2D, dy: tf.Tensor2D, kept: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => masked(x.expandDims(2), kept).mul(dy.expandDims(1)).sum(0));
}

/** The numbers where kept, else 0: one pass on the native backend. Broadcasts. */
function masked(t: tf.Tensor, kept: tf.Tensor): tf.Tensor {
  return (
    nativeGradientOp('SelectV2', FLOAT, () => [kept, t, tf.scalar(0)]) ??
    tf.tidy(() => t.mul(kept.cast('float32')))
  );
}

/** `u scale`, without keeping u for the gradient. */
function times(u: tf.Tensor2D, scale: MaybeChanging): tf.Tensor2D {
  if (scale === 1) return u;
  return withGradient<[tf.Tensor2D], tf.Tensor2D>(([u]) => ({
    value: u.mul(scalarOf(scale)),
    gradient: (dy) => [dy.mul(scalarOf(scale))],
  }))(u);
}

const scalarOf = (x: MaybeChanging): tf.Scalar => tf.tensor(floatOf(x), []);
