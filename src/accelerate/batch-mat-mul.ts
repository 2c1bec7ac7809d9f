import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { summingGradient, throwsFor } from './broadcast.js';

interface Transposes {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * Products of transposed matrices on wasm, of which every gradient of a product is made, by a transposition and its fast
 * kernel, which takes no transposed matrix, in place of its slow one.
 */
export const matMul: Acceleration = {
  name: 'matMul',
  needed: () => tf.getKernel('BatchMatMul', 'wasm') !== undefined,
  apply(patches) {
    const before = tf.getKernel('BatchMatMul', 'wasm');
    patches.kernel({
      ...before,
      kernelFunc: (args) => {
        const { a, b } = args.inputs as unknown as Record<'a' | 'b', tf.Tensor>;
        const { transposeA, transposeB } = args.attrs as unknown as Transposes;
        if (!transposeA && !transposeB) return before.kernelFunc(args);
        return tf.tidy(() => tf.matMul(transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b));
      },
    });
  },
};

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** The gradient of `tf.matMul` where its inputs broadcast: three axes by two, or a batch of one. */
export const matMulGradient: Acceleration = {
  name: 'matMulGradient',
  answers: ['tensorflow/tfjs#8721', 'tensorflow/tfjs#8548'],
  needed: () => throwsFor(tf.matMul, [2, 2, 2], [2, 2]),
  ...summingGradient('BatchMatMul'),
};
