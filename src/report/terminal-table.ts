import Table from 'cli-table3';
import type { ComparisonRow } from '../training/records.js';
import { best, caption, columns } from './format.js';

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

/** The table of a comparison in text, without colours, under 80 columns wide. */
export function terminalTable(rows: readonly ComparisonRow[]): string {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ align }) => align),
    ...plain,
  });
  const winner = best(rows);
  for (const row of rows) {
    table.push(
      columns.map(({ cell }, i) => cell(row) + (i === 1 && winner ? (row === winner ? ' *' : '  ') : '')),
    );
  }
  return `${table.toString()}\n\n${wrapped(caption(rows), 80)}`;
}

function wrapped(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('\n');
}
