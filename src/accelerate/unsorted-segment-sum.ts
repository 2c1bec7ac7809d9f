import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { missingOnWasm } from './wasm-kernel.js';

interface Inputs {
  x: tf.Tensor;
  segmentIds: tf.Tensor;
}

/** What the gradient of an embedding needs on the wasm backend: rows added up by the segment that they are of. */
export const unsortedSegmentSum: Acceleration = {
  name: 'unsortedSegmentSum',
  answers: ['tensorflow/tfjs#8082'],
  ...missingOnWasm<Inputs, { numSegments: number }>(
    'UnsortedSegmentSum',
    ({ x, segmentIds }, { numSegments }) => sum(x, segmentIds, numSegments),
  ),
};

/** The ids are of the first axes of x; those below 0 or past the end belong to no segment. */
function sum(x: tf.Tensor, segmentIds: tf.Tensor, segments: number): tf.Tensor {
  const rest = x.shape.slice(segmentIds.rank);
  const size = tf.util.sizeFromShape(rest);
  const values = x.dataSync<'float32'>();
  const sums = tf.util.makeZerosTypedArray(segments * size, x.dtype as 'float32');
  segmentIds.dataSync().forEach((segment, row) => {
    if (segment < 0 || segment >= segments) return;
    for (let i = 0; i < size; i++) {
      (sums[segment * size + i] as number) += values[row * size + i] as number;
    }
  });
  return tf.tensor(sums, [segments, ...rest], x.dtype);
}
