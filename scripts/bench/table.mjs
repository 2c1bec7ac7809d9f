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

const UNTRAINED = 'throws';

const ratioText = (ratio) => ratio.toFixed(ratio < 0.01 ? 3 : 2);

/** Heads of a comparison of `what`, as in 'ms per step'. */
export const comparisonHead = (what, torch) => [
  what,
  'tfjs',
  'accelerated',
  'ratio',
  'at most',
  ...(torch ? ['PyTorch', 'ratio to it', 'at most'] : []),
];

/** A row of it, from times in the unit of its head. */
export function comparisonRow({ name, limits = [] }, { stock, fast, torch }, withTorch) {
  const time = (value) => value?.toFixed(value < 1 ? 2 : 1) ?? '';
  const ratio = (to, limit) => [to === undefined ? '' : ratioText(fast / to), limit?.toFixed(2) ?? ''];
  return [
    name,
    stock === undefined ? UNTRAINED : time(stock),
    time(fast),
    ...ratio(stock, limits[0]),
    ...(withTorch ? [time(torch), ...ratio(torch, limits[1])] : []),
  ];
}

/** As wide as any row of these names. */
export const comparisonWidest = (names) => [...widestOf(names.map((name) => [name])), UNTRAINED];

/** What the table is made for, in words. */
export function verdicts(results) {
  const ratios = results.flatMap(
    ({ name, limits: [toStock, toTorch] = [], times: { stock, fast, torch } }) => [
      { name, other: 'tfjs', ratio: fast / stock, limit: toStock },
      { name, other: 'PyTorch', ratio: fast / torch, limit: toTorch },
    ],
  );
  const list = (found) =>
    found.map(({ name, other, ratio }) => `${name} (${ratioText(ratio)} to ${other})`).join('; ') || 'none';
  return [
    `slower than tfjs: ${list(ratios.filter(({ other, ratio }) => other === 'tfjs' && ratio > 1))}`,
    `over what is aimed at: ${list(ratios.filter(({ ratio, limit }) => ratio > limit))}`,
    ...results
      .filter(({ times }) => times.accuracy.some((found) => found !== undefined))
      .map(
        ({ name, times }) =>
          `accuracy in the last epoch of ${name}: ${times.accuracy.map((found) => found.toFixed(4)).join(', ')}`,
      ),
    ...results
      .filter(({ times }) => times.problem)
      .map(({ name, times }) => `tfjs does not train ${name}: ${times.problem}`),
  ];
}
