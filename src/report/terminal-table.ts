import Table from 'cli-table3';
import type { ComparisonRow } from '../training/records.js';
import { best, type Column, caption, columns } from './format.js';
import { wrapped } from './wrapped.js';

/** A table in text, without lines and colours. */
export const plain = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};

/** Left out first where the terminal is narrow: the CSV file and the report have them. */
const LEAST_WANTED = ['rate', 'parameters', 'ms/step', 'loss'];

/** The table of a comparison in text, without colours, within this width where recipe and accuracy fit in it. */
export function terminalTable(rows: readonly ComparisonRow[], width = 80): string {
  const shown = [...columns];
  const omitted: string[] = [];
  let text = tableOf(rows, shown);
  for (const name of LEAST_WANTED) {
    if (Math.max(...text.split('\n').map((line) => line.length)) <= width) break;
    shown.splice(
      shown.findIndex((column) => column.name === name),
      1,
    );
    omitted.unshift(name);
    text = tableOf(rows, shown);
  }
  const elsewhere = omitted.length > 0 ? ` Not shown in this width: ${omitted.join(', ')}.` : '';
  return `${text}\n\n${wrapped(`${caption(rows)}${elsewhere}`, Math.min(width, 80))}`;
}

function tableOf(rows: readonly ComparisonRow[], shown: readonly Column[]): string {
  const table = new Table({
    head: shown.map(({ name }) => name),
    colAligns: shown.map(({ align }) => align),
    ...plain,
  });
  const winner = best(rows);
  for (const row of rows) {
    table.push(
      shown.map(({ cell }, i) => cell(row) + (i === 1 && winner ? (row === winner ? ' *' : '  ') : '')),
    );
  }
  return table.toString();
}
