import { expect, it } from 'vitest';
import { iterationsPerEpoch, iterationsSentence } from '../../src/training/iterations.js';

it.each([
  [60_000, 128, 469, '60 000 / 128 = 468.75, so 469 iterations an epoch'],
  [60_000, 100, 600, '60 000 / 100 = 600 iterations an epoch'],
  [50_000, 128, 391, '50 000 / 128 ≈ 390.63, so 391 iterations an epoch'],
  [100, 100, 1, '100 / 100 = 1 iteration an epoch'],
  [60_000, 7, 8572, '60 000 / 7 ≈ 8 571.43, so 8 572 iterations an epoch'],
])('%d examples in batches of %d', (examples, batchSize, iterations, sentence) => {
  expect(iterationsPerEpoch(examples, batchSize)).toBe(iterations);
  expect(iterationsSentence(examples, batchSize)).toBe(sentence);
});
