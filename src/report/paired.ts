import jStat from 'jstat';
import type { FinishedRun } from '../training/records.js';
import { deviation, mean } from '../training/statistics.js';

/** How much better one recipe is than another, over the seeds that both were trained with. */
export interface PairedDifference {
  recipe: string;
  baseline: string;
  seeds: number;
  /** Mean difference of test accuracy, as a fraction. */
  difference: number;
  /** Half the width of the 95 percent interval of that mean; undefined for a single seed. */
  halfWidth: number | undefined;
}

/**
 * Differences of test accuracy between each two recipes, paired by seed: equal seeds share the order of the data, and what
 * they share cancels.
 *
 * The interval is Student's, `t(0.975, n - 1) s / sqrt(n)`, with s the sample standard deviation of the n differences.
 */
export function pairedDifferences(runs: readonly FinishedRun[]): PairedDifference[] {
  const bySeed = new Map<string, Map<number, number>>();
  for (const { config, result } of runs) {
    const accuracies = bySeed.get(config.recipe) ?? new Map<number, number>();
    bySeed.set(config.recipe, accuracies.set(config.seed, result.testAccuracy));
  }
  const recipes = [...bySeed];
  return recipes.flatMap(([baseline, ofBaseline]) =>
    recipes.flatMap(([recipe, accuracies]) => {
      if (recipe === baseline) return [];
      const differences = [...accuracies].flatMap(([seed, accuracy]) => {
        const other = ofBaseline.get(seed);
        return other === undefined ? [] : [accuracy - other];
      });
      return differences.length === 0 ? [] : [{ recipe, baseline, ...summaryOf(differences) }];
    }),
  );
}

function summaryOf(
  differences: readonly number[],
): Pick<PairedDifference, 'seeds' | 'difference' | 'halfWidth'> {
  const seeds = differences.length;
  const halfWidth =
    seeds < 2
      ? undefined
      : (jStat.studentt.inv(0.975, seeds - 1) * deviation(differences)) / Math.sqrt(seeds);
  return { seeds, difference: mean(differences), halfWidth };
}
