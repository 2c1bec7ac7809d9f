import { csvFormat } from 'd3-dsv';
import type { ComparisonRow } from '../training/records.js';

/** The table of a comparison with all digits; the columns name their units. */
export function comparisonCsv(rows: readonly ComparisonRow[]): string {
  return `${csvFormat(
    rows.map((row) => ({
      recipe: row.recipe,
      seeds: row.seeds,
      test_accuracy_mean: row.testAccuracy,
      test_accuracy_standard_deviation: row.testAccuracyDeviation,
      test_loss_mean: row.testLoss,
      milliseconds_per_step: row.millisecondsPerStep,
      parameters: row.parameters,
      learning_rate: row.learningRate,
      backend: row.environment.backend,
      accelerated: row.environment.accelerated ?? false,
      precision: row.environment.precision ?? 'float32',
      data: row.data,
    })),
  )}\n`;
}
