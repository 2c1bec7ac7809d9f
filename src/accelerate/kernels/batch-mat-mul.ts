import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import { broadcastsWrongly, summingGradient } from '../gradients/broadcast.js';
import { everywhere } from './every-backend.js';
import { insteadOnWasm } from './wasm/wasm-kernel.js';

interface Inputs {
  a: tf.Tensor;
  b: tf.Tensor;
}

interface Transposes {
  transposeA: boolean;
  transposeB: boolean;
}

/** Below this many products of two numbers, what is spent on ops is more than what they save: for one matrix, and for each of a batch. */
const FEW = { alone: 8192, each: 32768 };

/**
 * Products on wasm of transposed matrices, of which every gradient of a product is made, and of batches of matrices, of
 * which attention is: transposed and taken apart for tfjs's fast kernel, which takes two matrices as they are, in place of
 * its slow one.
 */
export const matMul: Acceleration = insteadOnWasm({
  BatchMatMul({ a, b }: Inputs, { transposeA, transposeB }: Transposes) {
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const columns = b.shape.at(transposeB ? -2 : -1) as number;
    const [batchA, batchB] = [a, b].map(({ shape }) => shape.slice(0, -2)) as [number[], number[]];
    const batch = tf.util.sizeFromShape(batchA);
    if ((transposeA ? rows : inner) === 0) return zeros(a, b, transposeA ? inner : rows, columns);
    const alike = tf.util.arraysEqual(batchA, batchB);
    const few = rows * inner * columns < (batch === 1 ? FEW.alone : FEW.each);
    if (few || !alike || batch === 0 || (batch === 1 && !transposeA && !transposeB)) return null;
    return tf.tidy(() => {
      const [left, right] = [transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b];
      if (batch === 1) return tf.matMul(left, right);
      const others = matrices(right);
      const products = matrices(left).map((x, i) => tf.matMul(x, others[i] as tf.Tensor2D));
      return tf.stack(products).reshape([...batchA, ...left.shape.slice(-2, -1), columns]);
    });
  },
});

/** A product over no entries, which tfjs leaves as its memory held it. */
function zeros(a: tf.Tensor, b: tf.Tensor, rows: number, columns: number): tf.Tensor {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return tf.zeros([...batch, rows, columns]);
}

const matrices = (x: tf.Tensor) => tf.unstack(x.reshape([-1, ...x.shape.slice(-2)])) as tf.Tensor2D[];

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

const PLAIN = { transposeA: false, transposeB: false };

/**
 * Products whose batches broadcast along one axis of several, such as `[2, 1]` and `[2, 3]`, which cpu, webgl and wasm count
 * through as if they were one axis: each repeated first. Of one matrix and a batch tfjs's own are right.
 */
export const { onAll: broadcastMatMul, onWasm: broadcastMatMulOnWasm } = everywhere({
  BatchMatMul: (call, before) => {
    const { a, b } = call.inputs as unknown as Inputs;
    const [batchA, batchB] = [a, b].map(({ shape }) => shape.slice(0, -2)) as [number[], number[]];
    const isOne = [batchA, batchB].some((batch) => tf.util.sizeFromShape(batch) === 1);
    if (isOne || tf.util.arraysEqual(batchA, batchB)) return before(call);
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const { transposeA, transposeB } = call.attrs as unknown as Transposes;
    return tf.tidy(() => {
      const [left, right] = [a, b].map((x) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]));
      return tf.matMul(left as tf.Tensor, right as tf.Tensor, transposeA, transposeB);
    });
  },
});

/** The gradient of `tf.matMul` where its inputs broadcast: three axes by two, or a batch of one. */
export const matMulGradient: Acceleration = {
  answers: ['tensorflow/tfjs#8721', 'tensorflow/tfjs#8548'],
  needed: () => broadcastsWrongly('BatchMatMul', [2, 2, 2], [2, 2], PLAIN),
  ...summingGradient('BatchMatMul'),
};
