/**
 * Times the layers against the built-in ones and against compositions of ops: rounds in which every variant runs in
 * turn, so that whatever else the machine does meets all of them; best and median, and ratios within one run.
 *
 *   npm run bench                       all groups
 *   npm run bench -- conv2d             those whose title or backend has the word
 *   npm run bench -- --rounds 60
 *   npm run bench -- --record           writes the tables into README.md too
 *   npm run bench -- --against pytorch  tfjs accelerated beside tfjs and PyTorch (or: stock; --backend wasm)
 */
import { parseArgs } from 'node:util';
import { loadBackend } from '../dist/src/node.js';
import { against } from './bench/against.mjs';
import { GROUPS } from './bench/cases.mjs';
import { environment, replaceBetween } from './document.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '30' },
    record: { type: 'boolean', default: false },
    against: { type: 'string' },
    backend: { type: 'string', default: 'native' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds must be a positive integer, received ${values.rounds}.`);
  process.exit(2);
}

if (values.against !== undefined) {
  if (!['stock', 'pytorch'].includes(values.against)) {
    console.error(`--against must be stock or pytorch, received ${values.against}.`);
    process.exit(2);
  }
  const { backend } = values;
  const pytorch = values.against === 'pytorch';
  const { head, rows, torch } = await against({ rounds, backend, pytorch, words: positionals });
  const lines = [head, ['---', ...head.slice(1).map(() => '---:')], ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  const command = `npm run bench -- --against ${values.against}${backend === 'native' ? '' : ` --backend ${backend}`}`;
  const about = `\`${command}\`, best of ${rounds} interleaved rounds, ${backend} backend: ${await environment()}${torch}.`;
  const text = `${lines.join('\n')}\n\n${about}`;
  console.log(`\n${text}`);
  if (values.record)
    replaceBetween('README.md', `<!-- against ${backend} -->`, `<!-- /against ${backend} -->`, text);
  process.exit();
}

/** Milliseconds of each variant in each round; the first two rounds, in which memory is laid out, are left out. */
async function measure(variants, batch) {
  const times = variants.map(() => []);
  for (let round = -2; round < rounds; round++) {
    for (const [i, { run }] of variants.entries()) {
      const start = performance.now();
      for (let step = 0; step < batch; step++) await run();
      if (round >= 0) times[i].push((performance.now() - start) / batch);
    }
  }
  return times;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function summarize(variants, times, limits) {
  const best = times.map((list) => Math.min(...list));
  return variants.map(({ name }, i) => ({
    name,
    best: best[i],
    median: median(times[i]),
    ofBest: best[i] / best[0],
    // Of neighbours in time, which share what the machine was doing.
    ofMedian: median(times[i].map((time, round) => time / times[0][round])),
    limit: limits[name],
  }));
}

const HEAD = ['', 'best, ms', 'median, ms', 'ratio of best', 'median ratio', 'at most'];
const cells = ({ name, best, median, ofBest, ofMedian, limit }) => [
  name,
  best.toFixed(2),
  median.toFixed(2),
  ofBest.toFixed(2),
  ofMedian.toFixed(2),
  limit?.toFixed(2) ?? '',
];
function print(rows) {
  const table = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      `  ${row.map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ')}`,
    );
}
const markdown = (rows) =>
  [HEAD, ['---', ...HEAD.slice(1).map(() => '---:')], ...rows.map(cells)]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

const sections = [];
for (const { title, backend, variants: make, limits, batch } of GROUPS) {
  const heading = `${title}, ${backend} backend`;
  if (!positionals.every((word) => heading.includes(word))) continue;
  const { tf } = await loadBackend({ prefer: [backend] });
  const variants = make();
  const rows = summarize(variants, await measure(variants, batch), limits);
  tf.disposeVariables();
  console.log(`\n${heading}`);
  print(rows);
  sections.push(`**${heading[0].toUpperCase()}${heading.slice(1)}**\n\n${markdown(rows)}`);
}
if (sections.length === 0) {
  console.error(
    `no group has ${positionals.join(' and ')}: ${GROUPS.map(({ title, backend }) => `${title}, ${backend}`).join('; ')}`,
  );
  process.exit(2);
}
const about = `\`npm run bench\`, ${rounds} interleaved rounds: ${await environment()}.`;
console.log(`\n${about}`);
if (values.record) {
  replaceBetween('README.md', '<!-- bench -->', '<!-- /bench -->', `${sections.join('\n\n')}\n\n${about}`);
}
