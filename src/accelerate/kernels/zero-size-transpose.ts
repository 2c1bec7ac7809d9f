import * as tf from '@tensorflow/tfjs';
import type { Backends } from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { overrideOn } from './on-backends.js';

/** Transposes of tensors of size zero: the kernel of wasm divides by zero, which ends the call, that of webgl throws. */
const transposeOn = (backend: keyof Backends): Acceleration =>
  overrideOn(backend, ['Transpose'], ({ x }, { perm }) => {
    if (x.size > 0) return null;
    return tf.zeros(
      perm.map((axis) => x.shape[axis]!),
      x.dtype,
    );
  });

export const zeroSizeTranspose = { webgl: transposeOn('webgl'), wasm: transposeOn('wasm') };
