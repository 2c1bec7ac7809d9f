import type { ComparisonRow } from '../training/records.js';
import { type LayerQuantity, layerQuantities, type ReportData } from './data.js';
import { best, columns, percent } from './format.js';
import { type Html, html } from './html.js';
import type { PairedDifference } from './paired.js';

interface TableColumn<Row> {
  name: string;
  align?: 'left' | 'right';
  cell(row: Row): string;
  /** What the column is sorted by, where that is not the text of the cell. */
  value?(row: Row): number | undefined;
}

interface TableOptions<Row> {
  /** What the table holds, for readers who do not see it. */
  label: string;
  rows: readonly Row[];
  columns: readonly TableColumn<Row>[];
  isBest?(row: Row): boolean;
  id?: string;
}

/** A table that scrolls sideways where it is wider than the page; the script of the page sorts it. */
export function table<Row>({ label, rows, columns, isBest, id }: TableOptions<Row>): Html {
  const aligned = ({ align = 'right' }: TableColumn<Row>) => align;
  const cell = (row: Row, column: TableColumn<Row>) => {
    const value = column.value?.(row);
    const data = column.value ? html` data-value="${value ?? ''}"` : '';
    return html`<td class="${aligned(column)}"${data}>${column.cell(row)}</td>`;
  };
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table data-sortable${id ? html` id="${id}"` : ''}>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${aligned(column)}">${column.name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr${isBest?.(row) ? html` class="best"` : ''}>${columns.map((column) => cell(row, column))}</tr>\n`)}</tbody>
</table></div>`;
}

export function summaryTable(rows: readonly ComparisonRow[]): Html {
  const winner = best(rows);
  return table<ComparisonRow>({
    label: 'Results by recipe',
    rows,
    isBest: (row) => row === winner,
    columns: columns.map((column, i) => ({
      ...column,
      cell: (row) => column.cell(row) + (i === 1 && row === winner ? ' *' : ''),
    })),
  });
}

const signed = (fraction: number) => `${fraction < 0 ? '−' : '+'}${percent(Math.abs(fraction))}`;

/** In percentage points; what an interval that holds 0 means is said in words. */
export function pairedTable(paired: readonly PairedDifference[], baseline: string): Html {
  return table({
    id: 'paired',
    label: `Differences of test accuracy from ${baseline}`,
    rows: paired.filter((pair) => pair.baseline === baseline),
    columns: pairedColumns,
  });
}

export const pairedColumns: readonly TableColumn<PairedDifference>[] = [
  { name: 'recipe', align: 'left', cell: ({ recipe }) => recipe },
  { name: 'difference', cell: ({ difference }) => signed(difference), value: ({ difference }) => difference },
  {
    name: '95 % interval',
    cell: ({ difference, halfWidth }) =>
      halfWidth === undefined
        ? 'needs two seeds'
        : `${signed(difference - halfWidth)} to ${signed(difference + halfWidth)}`,
    value: ({ difference, halfWidth }) => difference - (halfWidth ?? 0),
  },
  { name: 'seeds', cell: ({ seeds }) => String(seeds) },
  { name: 'verdict', align: 'left', cell: verdict },
];

function verdict({ difference, halfWidth }: PairedDifference): string {
  if (halfWidth === undefined) return 'unknown';
  if (Math.abs(difference) <= halfWidth) return 'not told apart';
  return difference > 0 ? 'better' : 'worse';
}

/** Every epoch of every run: losses, and accuracies in percent. */
export function epochTable({ runs }: ReportData, evaluated: string): Html {
  return table({
    label: 'Loss and accuracy after each epoch',
    rows: runs.flatMap(({ recipe, seed, epochs }) => epochs.map((epoch) => ({ recipe, seed, ...epoch }))),
    columns: [
      { name: 'recipe', align: 'left', cell: ({ recipe }) => recipe },
      { name: 'seed', cell: ({ seed }) => String(seed) },
      { name: 'epoch', cell: ({ epoch }) => String(epoch) },
      { name: 'seconds', cell: ({ seconds }) => seconds.toFixed(1) },
      { name: 'training loss', cell: ({ trainingLoss }) => trainingLoss.toFixed(4) },
      { name: 'training %', cell: ({ trainingAccuracy }) => percent(trainingAccuracy) },
      { name: `${evaluated} %`, cell: ({ evaluationAccuracy }) => percent(evaluationAccuracy) },
      {
        name: 'gap',
        cell: ({ trainingAccuracy, evaluationAccuracy }) => signed(trainingAccuracy - evaluationAccuracy),
        value: ({ trainingAccuracy, evaluationAccuracy }) => trainingAccuracy - evaluationAccuracy,
      },
    ],
  });
}

/** One quantity of every layer at the end of training. */
export function layerTable({ byLayer }: ReportData, quantity: LayerQuantity, label: string): Html {
  return table({
    label,
    rows: byLayer[quantity].map(({ recipe, layer, points }) => ({
      recipe,
      layer,
      value: points.at(-1)?.value ?? 0,
    })),
    columns: [
      { name: 'recipe', align: 'left', cell: ({ recipe }) => recipe },
      { name: 'layer', align: 'left', cell: ({ layer }) => layer },
      { name: 'at the end', cell: ({ value }) => value.toPrecision(3), value: ({ value }) => value },
    ],
  });
}

export const quantitiesIn = ({ byLayer }: ReportData): LayerQuantity[] =>
  layerQuantities.filter((quantity) => byLayer[quantity].length > 0);
