import type { ComparisonRow, FinishedRun } from './records.js';

/** One row a recipe, in the order in which the recipes first appear. */
export function summarize(runs: readonly FinishedRun[]): ComparisonRow[] {
  const names = [...new Set(runs.map(({ config }) => config.recipe))];
  return names.map((recipe) => {
    const seeds = runs.filter(({ config }) => config.recipe === recipe);
    const accuracies = seeds.map(({ result }) => result.testAccuracy);
    const first = seeds[0] as FinishedRun;
    return {
      recipe,
      learningRate: first.config.learningRate,
      seeds: seeds.length,
      testAccuracy: mean(accuracies),
      testAccuracyDeviation: deviation(accuracies),
      testLoss: mean(seeds.map(({ result }) => result.testLoss)),
      millisecondsPerStep: mean(seeds.map(({ result }) => result.millisecondsPerStep)),
      parameters: first.result.parameters,
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation; 0 for one value. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
