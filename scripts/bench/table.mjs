/** Tables of the benchmarks: for a terminal, where rows come one at a time, and for a document. */

/**
 * @param head the first row
 * @param widest a cell for each column that is as wide as any that follows
 * @returns what makes a line of a row, numbers to the right
 */
export function aligner(head, widest) {
  const widths = head.map((text, i) => Math.max(text.length, widest[i]?.length ?? 0));
  return (row) =>
    `  ${row.map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ')}`.trimEnd();
}

export const widestOf = (rows) =>
  rows[0].map((_, column) => rows.map((row) => row[column]).reduce((a, b) => (b.length > a.length ? b : a)));

export const markdown = ([head, ...rows]) =>
  [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
