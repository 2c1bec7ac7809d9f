import type { ComparisonRow } from '../training/records.js';

type Cell = string | number | boolean;

/** The table of a comparison with all digits; the columns name their units. */
export function comparisonCsv(rows: readonly ComparisonRow[]): string {
  const records = rows.map((row) => ({
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
    compiled: row.environment.compiled ?? false,
    precision: row.environment.precision ?? 'float32',
    data: row.data,
  }));
  const lines: Cell[][] = [Object.keys(records[0] ?? {}), ...records.map((record) => Object.values(record))];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

/** A cell with a comma, a quote or a line break in it is quoted, and its quotes doubled (RFC 4180). */
function quoted(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
