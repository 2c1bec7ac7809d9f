import { streamKey, uniformValues } from '../random/uniform.js';
import type { Examples } from './examples.js';

/**
 * A small set that a dense model learns in seconds: uniform numbers in [0, 1), whose class is the largest of the first
 * `classes` coordinates.
 */
export function synthetic(count: number, features: number, classes: number, seed: number): Examples {
  const inputs = uniformValues(count * features, streamKey({ seed, layer: 'synthetic' }), 0);
  const labels = Uint8Array.from({ length: count }, (_, i) => {
    const scores = inputs.subarray(i * features, i * features + classes);
    return scores.indexOf(Math.max(...scores));
  });
  return { count, features, classes, inputs, labels };
}
