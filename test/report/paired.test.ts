import { describe, expect, it } from 'vitest';
import { type PairedDifference, pairedDifferences } from '../../src/report/paired.js';
import type { FinishedRun } from '../../src/training/records.js';
import { finishedRuns } from './runs.js';

const withAccuracies = (recipe: string, accuracies: Record<number, number>): FinishedRun[] =>
  Object.entries(accuracies).flatMap(([seed, testAccuracy]) =>
    finishedRuns({ recipes: [recipe], seeds: 1, epochs: 1 }).map((run) => ({
      ...run,
      config: { ...run.config, seed: Number(seed) },
      result: { ...run.result, testAccuracy },
    })),
  );

describe('pairedDifferences', () => {
  it('is the mean difference over equal seeds, with Student’s interval', () => {
    const runs = [
      ...withAccuracies('a', { 1: 0.9, 2: 0.92, 3: 0.91, 4: 0.1 }),
      ...withAccuracies('b', { 1: 0.93, 2: 0.94, 3: 0.95 }),
    ];
    const [b, a] = pairedDifferences(runs) as [PairedDifference, PairedDifference];
    // Differences 0.03, 0.02, 0.04: mean 0.03, s 0.01; t(0.975, 2) = 4.302653.
    expect(b).toMatchObject({ recipe: 'b', baseline: 'a', seeds: 3 });
    expect(b.difference).toBeCloseTo(0.03, 12);
    expect(b.halfWidth).toBeCloseTo((4.302652729749464 * 0.01) / Math.sqrt(3), 9);
    expect(a).toMatchObject({ recipe: 'a', baseline: 'b', seeds: 3 });
    expect(a.difference).toBeCloseTo(-0.03, 12);
  });

  it('has no interval for one seed, and no row for recipes without a seed in common', () => {
    const one = pairedDifferences([...withAccuracies('a', { 1: 0.9 }), ...withAccuracies('b', { 1: 0.8 })]);
    expect(one.map(({ halfWidth }) => halfWidth)).toEqual([undefined, undefined]);
    const none = pairedDifferences([...withAccuracies('a', { 1: 0.9 }), ...withAccuracies('b', { 2: 0.8 })]);
    expect(none).toEqual([]);
  });
});
