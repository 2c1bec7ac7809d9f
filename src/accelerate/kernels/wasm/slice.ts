import * as tf from '@tensorflow/tfjs';
import { heapOf, type WasmBackend, wholeHeap } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { insteadOnWasm } from './wasm-kernel.js';

type Size = number | number[];

/** Slices on the wasm backend, where tfjs copies the whole tensor for each, and its splits and stacks of slices likewise. */
export const slice: Acceleration = insteadOnWasm({
  Slice({ x }: { x: tf.Tensor }, { begin, size }: { begin: Size; size: Size }, backend) {
    if (x.dtype === 'string') return null;
    const [from, of] = tf.slice_util.parseSliceParams(x, begin, size as number[]) as [number[], number[]];
    return block(x, from, of, backend);
  },
  SplitV(
    { x }: { x: tf.Tensor },
    { numOrSizeSplits, axis }: { numOrSizeSplits: Size; axis: number },
    backend,
  ) {
    if (x.dtype === 'string') return null;
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const begin = x.shape.map(() => 0);
    return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along).map((width) => {
      const part = block(x, begin, x.shape.with(along, width), backend);
      begin[along] = (begin[along] as number) + width;
      return part;
    });
  },
  Unpack({ value }: { value: tf.Tensor }, { axis }: { axis: number }, backend) {
    if (value.dtype === 'string') return null;
    const along = tf.util.parseAxisParam(axis, value.shape)[0] as number;
    const size = value.shape.with(along, 1);
    const shape = value.shape.toSpliced(along, 1);
    return Array.from({ length: value.shape[along] as number }, (_, i) => {
      const begin = value.shape.map((_, other) => (other === along ? i : 0));
      return { ...block(value, begin, size, backend), shape };
    });
  },
});

/** Below this many values a loop is faster than a call. */
const SHORT = 8;

/** A block of a tensor, copied run by run within the backend's memory. */
function block(x: tf.TensorInfo, begin: number[], size: number[], backend: WasmBackend): tf.TensorInfo {
  const out = backend.makeOutput(size, x.dtype);
  if (tf.util.sizeFromShape(size) === 0) return out;
  const [source, target] = heapOf(backend, x, out);
  const heap = wholeHeap(source);
  const strides = [...tf.util.computeStrides(x.shape), 1].slice(-x.shape.length);
  let last = size.length - 1;
  while (last > 0 && size[last] === x.shape[last]) last--;
  const run = (size[last] as number) * (strides[last] as number);
  let place = target.byteOffset / target.BYTES_PER_ELEMENT;
  copy(0, source.byteOffset / source.BYTES_PER_ELEMENT);
  return out;

  function copy(axis: number, offset: number): void {
    const stride = strides[axis] as number;
    const first = offset + (begin[axis] as number) * stride;
    if (axis < last) {
      for (let i = 0; i < (size[axis] as number); i++) copy(axis + 1, first + i * stride);
      return;
    }
    if (run < SHORT) for (let i = 0; i < run; i++) heap[place + i] = heap[first + i] as number;
    else heap.copyWithin(place, first, first + run);
    place += run;
  }
}
