import { expect, it } from 'vitest';
import type { FinishedRun } from '../../src/training/records.js';
import { summarize } from '../../src/training/summary.js';

const run = (recipe: string, seed: number, testAccuracy: number): FinishedRun =>
  ({
    config: { recipe, seed, learningRate: 0.3 },
    result: { testAccuracy, testLoss: 1 - testAccuracy, millisecondsPerStep: 2 ** seed, parameters: 7 },
  }) as FinishedRun;

it('gives mean and sample deviation over seeds, the median of times, recipes in the order in which they come', () => {
  const rows = summarize([run('b', 1, 0.9), run('mlp-relu', 1, 0.5), run('b', 2, 0.94), run('b', 3, 0.92)]);
  expect(rows.map(({ recipe, seeds }) => [recipe, seeds])).toEqual([
    ['b', 3],
    ['mlp-relu', 1],
  ]);
  const [b, relu] = rows;
  expect(b?.testAccuracy).toBeCloseTo(0.92, 12);
  expect(b?.testAccuracyDeviation).toBeCloseTo(0.02, 12);
  expect(b?.testLoss).toBeCloseTo(0.08, 12);
  expect(b?.millisecondsPerStep).toBe(4);
  expect(relu?.testAccuracyDeviation).toBe(0);
});
