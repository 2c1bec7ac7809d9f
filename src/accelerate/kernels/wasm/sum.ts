import * as tf from '@tensorflow/tfjs';
import { floatsOf } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { axesOf, reducedShape } from '../../reduced-axes.js';
import { overrideOn } from '../on-backends.js';

/** Sums over axes before the last on the wasm backend, such as the gradient of every bias, where tfjs transposes first. */
export const sum: Acceleration = overrideOn('wasm', ['Sum'], ({ x }, attributes, { backend }) => {
  const axes = axesOf(attributes, x.shape).sort((a, b) => a - b);
  const [first, last] = [axes[0], axes.at(-1)];
  if (first === undefined || last === undefined || x.dtype !== 'float32' || x.size === 0) return null;
  if (last - first !== axes.length - 1 || last === x.rank - 1) return null;
  const inner = tf.util.sizeFromShape(x.shape.slice(last + 1));
  const summed = tf.util.sizeFromShape(x.shape.slice(first, last + 1));
  const out = backend.makeOutput(reducedShape(x.shape, axes, attributes.keepDims), 'float32');
  const [values, sums] = floatsOf(backend, x, out);
  sumRows(values, sums, summed, inner);
  return out;
});

/** `out[o, i] = sum over s of values[o, s, i]`, in double precision. */
function sumRows(values: Float32Array, out: Float32Array, summed: number, inner: number): void {
  const totals = new Float64Array(inner);
  let place = 0;
  for (let start = 0; start < out.length; start += inner) {
    totals.fill(0);
    for (let row = 0; row < summed; row++, place += inner) {
      for (let i = 0; i < inner; i++) totals[i]! += values[place + i]!;
    }
    out.set(totals, start);
  }
}
