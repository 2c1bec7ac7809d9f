import { grouped } from '../training/iterations.js';
import type { ComparisonRow, RunEnvironment } from '../training/records.js';

export interface Column {
  name: string;
  align: 'left' | 'right';
  cell(row: ComparisonRow): string;
}

/** Two digits after the point, without the sign. */
export const percent = (fraction: number) => (100 * fraction).toFixed(2);

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What runs were made on: the backend, and in what manner. */
export function engineName({
  backend,
  tensorflow,
  accelerated,
  compiled,
  precision,
}: RunEnvironment): string {
  const engine = tensorflow ? `${backend} (TensorFlow ${tensorflow})` : backend;
  const manner = [
    compiled ? 'compiled' : accelerated && 'accelerated',
    precision === 'bfloat16' && 'bfloat16 products',
  ];
  return [engine, ...manner.filter(Boolean)].join(', ');
}

/** The columns of the table, on the terminal and in the report. */
export const columns: readonly Column[] = [
  { name: 'recipe', align: 'left', cell: ({ recipe }) => recipe },
  {
    name: 'accuracy %',
    align: 'right',
    cell: ({ testAccuracy, testAccuracyDeviation, seeds }) =>
      seeds > 1 ? `${percent(testAccuracy)} ± ${percent(testAccuracyDeviation)}` : percent(testAccuracy),
  },
  { name: 'loss', align: 'right', cell: ({ testLoss }) => testLoss.toFixed(4) },
  { name: 'ms/step', align: 'right', cell: ({ millisecondsPerStep }) => millisecondsPerStep.toFixed(1) },
  { name: 'parameters', align: 'right', cell: ({ parameters }) => grouped(parameters) },
  { name: 'rate', align: 'right', cell: ({ learningRate }) => String(learningRate) },
];

/** The row with the highest accuracy; undefined where there is nothing to choose from. */
export function best(rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  if (rows.length < 2) return undefined;
  return rows.reduce((a, b) => (b.testAccuracy > a.testAccuracy ? b : a));
}

/** How the numbers of the table are to be read. */
export function caption(rows: readonly ComparisonRow[]): string {
  const seeds = Math.max(...rows.map((row) => row.seeds));
  const spread = seeds > 1 ? `, mean ± standard deviation over ${seeds} seeds` : '';
  const [data] = new Set(rows.map((row) => row.data));
  return `Accuracy and loss on the test set of ${data}${spread}; ms/step is the median of a run's training steps; * is the highest accuracy.`;
}
