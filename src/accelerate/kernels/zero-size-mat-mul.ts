import * as tf from '@tensorflow/tfjs';
import type { Backends } from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { overrideOn } from './on-backends.js';

/**
 * Products of matrices of size zero, which are zeros where the axis that is summed over has size zero: the kernel of wasm
 * returns whatever its memory held, that of webgl throws.
 */
const matMulOn = (backend: keyof Backends): Acceleration =>
  overrideOn(backend, ['BatchMatMul'], ({ a, b }, { transposeA, transposeB }) => {
    if (a.size > 0 && b.size > 0) return null;
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return tf.zeros([...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!]);
  });

export const zeroSizeMatMul = { webgl: matMulOn('webgl'), wasm: matMulOn('wasm') };
