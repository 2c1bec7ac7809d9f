import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/** For fewer products of numbers the ops cost more than they save: for one matrix, and for each of a batch. */
const FEW = { alone: 8192, each: 32768 };

/**
 * Products on wasm of transposed matrices, as in the gradient of every product, and of batches of matrices, as in attention.
 * tfjs has a fast kernel for two matrices that are not transposed, and a slow one for the rest: matrices are transposed and
 * unstacked for the fast one.
 */
export const matMul: Acceleration = overrideOn(
  'wasm',
  ['BatchMatMul'],
  ({ a, b }, { transposeA, transposeB }) => {
    const batchShape = a.shape.slice(0, -2);
    const batch = tf.util.sizeFromShape(batchShape);
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    const products = a.shape.at(-2)! * a.shape.at(-1)! * columns;
    if (products < (batch === 1 ? FEW.alone : FEW.each)) return null;
    if (batch === 0 || !tf.util.arraysEqual(batchShape, b.shape.slice(0, -2))) return null;
    if (batch === 1 && !transposeA && !transposeB) return null;
    return tf.tidy(() => {
      const [left, right] = [transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b];
      if (batch === 1) return tf.matMul(left, right);
      const others = matrices(right);
      const results = matrices(left).map((x, i) => tf.matMul(x, others[i]!));
      return tf.stack(results).reshape([...batchShape, ...left.shape.slice(-2, -1), columns]);
    });
  },
);

const matrices = (x: tf.Tensor): tf.Tensor[] => tf.unstack(x.reshape([-1, ...x.shape.slice(-2)]));

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = [...x.shape.keys()];
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
