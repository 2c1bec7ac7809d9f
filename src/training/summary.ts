import { type ComparisonRow, dataName, type FinishedRun } from './records.js';
import { deviation, mean, median } from './statistics.js';

/** One row a recipe, in the order in which the recipes first appear. */
export function summarize(runs: readonly FinishedRun[]): ComparisonRow[] {
  const names = [...new Set(runs.map(({ config }) => config.recipe))];
  return names.map((recipe) => {
    const seeds = runs.filter(({ config }) => config.recipe === recipe);
    const accuracies = seeds.map(({ result }) => result.testAccuracy);
    const first = seeds[0]!;
    return {
      recipe,
      learningRate: first.config.learningRate,
      data: dataName(first.config),
      seeds: seeds.length,
      testAccuracy: mean(accuracies),
      testAccuracyDeviation: deviation(accuracies),
      testLoss: mean(seeds.map(({ result }) => result.testLoss)),
      // Whatever else the machine did is in one seed more than in another.
      millisecondsPerStep: median(seeds.map(({ result }) => result.millisecondsPerStep)),
      parameters: first.result.parameters,
      environment: first.environment,
    };
  });
}
