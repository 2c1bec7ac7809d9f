import { expect, it } from 'vitest';
import { deviation, mean, median } from '../../src/training/statistics.js';

it('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
});

it('deviation is that of a sample', () => {
  // Squares of the distances from 5: 9, 1, 1, 1, 0, 0, 4, 16; their sum is 32.
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(deviation([3])).toBe(0);
});

it('median orders numbers as numbers, and does not touch its argument', () => {
  const values = [10, 9, 1];
  expect(median(values)).toBe(9);
  expect(values).toEqual([10, 9, 1]);
  expect(median([10, 9, 1, 2])).toBe(5.5);
  expect(median([7])).toBe(7);
});
