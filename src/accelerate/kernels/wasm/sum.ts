import * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { insteadOnWasm } from './wasm-kernel.js';

interface Attributes {
  axis: number | number[];
  keepDims: boolean;
}

/**
 * Sums over axes before the last on the wasm backend, such as the gradient of every bias, where tfjs transposes first.
 */
export const sumOnWasm: Acceleration = insteadOnWasm({
  Sum({ x }: { x: tf.Tensor }, { axis, keepDims }: Attributes, backend) {
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const [first, last] = [axes[0] as number, axes.at(-1) as number];
    const adjacent = last - first === axes.length - 1;
    const before = last < x.rank - 1 && x.size > 0;
    if (x.dtype !== 'float32' || !adjacent || !before) return null;
    const shape = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
    const inner = tf.util.sizeFromShape(x.shape.slice(last + 1));
    const summed = tf.util.sizeFromShape(x.shape.slice(first, last + 1));
    const out = backend.makeOutput(shape, 'float32');
    const [values, sums] = floatsOf(backend, x, out);
    sumRows(values, sums, summed, inner);
    return out;
  },
});

/** `out[o, i] = sum over s of values[o, s, i]`, in double precision. */
function sumRows(values: Float32Array, out: Float32Array, summed: number, inner: number): void {
  const totals = new Float64Array(inner);
  let place = 0;
  for (let start = 0; start < out.length; start += inner) {
    totals.fill(0);
    for (let row = 0; row < summed; row++, place += inner) {
      for (let i = 0; i < inner; i++) (totals[i] as number) += values[place + i] as number;
    }
    out.set(totals, start);
  }
}
