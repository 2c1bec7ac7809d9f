import * as tf from '@tensorflow/tfjs';
import { heapOf, type Values } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { addOn } from '../on-backends.js';

/** The gradient of an embedding needs this on the wasm backend: rows added up by the segment that they belong to. */
export const unsortedSegmentSum: Acceleration = addOn(
  'wasm',
  'UnsortedSegmentSum',
  ({ x, segmentIds }, { numSegments }, { backend }) => {
    // The ids are of the first axes of x.
    const rest = x.shape.slice(segmentIds.rank);
    const out = backend.makeOutput([numSegments, ...rest], x.dtype);
    const [values, ids, sums] = heapOf(backend, x, segmentIds, out);
    sums.fill(0);
    addUp(values, ids, sums, tf.util.sizeFromShape(rest));
    return out;
  },
);

/** Ids below 0 or past the end belong to no segment. */
function addUp(values: Values, ids: Values, sums: Values, size: number): void {
  for (let row = 0, place = 0; row < ids.length; row++, place += size) {
    const start = ids[row]! * size;
    if (start < 0 || start >= sums.length) continue;
    for (let i = 0; i < size; i++) sums[start + i]! += values[place + i]!;
  }
}
