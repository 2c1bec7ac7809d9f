import * as tf from '@tensorflow/tfjs';
import { heapOf, type WasmBackend, wholeHeap } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn, together } from '../on-backends.js';

const part = overrideOn('wasm', ['Slice'], ({ x }, { begin, size }, { backend }) => {
  if (x.dtype === 'string') return null;
  const sizes = typeof size === 'number' ? [size] : size;
  const [from, to] = tf.slice_util.parseSliceParams(x, begin, sizes);
  return block(x, from!, to!, backend);
});

const parts = overrideOn('wasm', ['SplitV'], ({ x }, { numOrSizeSplits, axis }, { backend }) => {
  if (x.dtype === 'string') return null;
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  const begin = x.shape.map(() => 0);
  return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along).map((width) => {
    const part = block(x, begin, x.shape.with(along!, width), backend);
    begin[along!]! += width;
    return part;
  });
});

const entries = overrideOn('wasm', ['Unpack'], ({ value }, { axis }, { backend }) => {
  if (value.dtype === 'string') return null;
  const [along] = tf.util.parseAxisParam(axis, value.shape);
  const size = value.shape.with(along!, 1);
  const shape = value.shape.toSpliced(along!, 1);
  return Array.from({ length: value.shape[along!]! }, (_, i) => {
    const begin = value.shape.map((_, other) => (other === along ? i : 0));
    return { ...block(value, begin, size, backend), shape };
  });
});

/** Slices on the wasm backend, where tfjs copies the whole tensor for each, and splits and unstacks, which are slices. */
export const slice: Acceleration = together(part, parts, entries);

/** A loop is faster than `copyWithin` for fewer values than this. */
const SHORT = 8;

/** A block of a tensor: contiguous runs of values, copied within the backend's memory. */
function block(x: tf.TensorInfo, begin: number[], size: number[], backend: WasmBackend): tf.TensorInfo {
  const out = backend.makeOutput(size, x.dtype);
  if (tf.util.sizeFromShape(size) === 0) return out;
  const [source, target] = heapOf(backend, x, out);
  const heap = wholeHeap(source);
  const strides = [...tf.util.computeStrides(x.shape), 1].slice(-x.shape.length);
  let last = size.length - 1;
  while (last > 0 && size[last] === x.shape[last]) last--;
  const run = size[last]! * strides[last]!;
  let place = target.byteOffset / target.BYTES_PER_ELEMENT;
  copy(0, source.byteOffset / source.BYTES_PER_ELEMENT);
  return out;

  function copy(axis: number, offset: number): void {
    const stride = strides[axis]!;
    const first = offset + begin[axis]! * stride;
    if (axis < last) {
      for (let i = 0; i < size[axis]!; i++) copy(axis + 1, first + i * stride);
      return;
    }
    if (run < SHORT) for (let i = 0; i < run; i++) heap[place + i] = heap[first + i]!;
    else heap.copyWithin(place, first, first + run);
    place += run;
  }
}
