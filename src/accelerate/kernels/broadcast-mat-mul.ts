import * as tf from '@tensorflow/tfjs';
import type { Backends } from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { overrideOn } from './on-backends.js';

/**
 * Products whose batches broadcast along one axis of several, such as `[2, 1]` and `[2, 3]`, which cpu, webgl and wasm take
 * for one axis: each is repeated first. Of one matrix and a batch tfjs's own are right.
 */
const matMulOn = (backend: keyof Backends): Acceleration =>
  overrideOn(backend, ['BatchMatMul'], ({ a, b }, { transposeA, transposeB }) => {
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const isOne = [batchA, batchB].some((batch) => tf.util.sizeFromShape(batch) === 1);
    if (isOne || tf.util.arraysEqual(batchA, batchB)) return null;
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const repeated = (x: tf.Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    return tf.tidy(() => tf.matMul(repeated(a), repeated(b), transposeA, transposeB));
  });

export const broadcastMatMul = { cpu: matMulOn('cpu'), webgl: matMulOn('webgl'), wasm: matMulOn('wasm') };
