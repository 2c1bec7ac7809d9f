import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { broadcastsWrongly, summingGradient } from './broadcast.js';
import { insteadOnWasm } from './wasm-kernel.js';

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

const matrices = (x: tf.Tensor) => tf.unstack(x.reshape([-1, ...x.shape.slice(-2)])) as tf.Tensor2D[];

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

const PLAIN = { transposeA: false, transposeB: false };

/** The gradient of `tf.matMul` where its inputs broadcast: three axes by two, or a batch of one. */
export const matMulGradient: Acceleration = {
  answers: ['tensorflow/tfjs#8721', 'tensorflow/tfjs#8548'],
  needed: () => broadcastsWrongly('BatchMatMul', [2, 2, 2], [2, 2], PLAIN),
  ...summingGradient('BatchMatMul'),
};
