/** The layers against the built-in ones and against compositions of ops. */
import { loadBackend } from '../../dist/src/node.js';
import { clocked, interleave } from './interleave.mjs';
import { aligner, markdown, widestOf } from './table.mjs';

/** The first rounds, in which memory is laid out, are left out. */
const SKIPPED = 2;

/** Prints the table of each group; @returns them as sections of a document. */
export async function compareGroups(groups, rounds) {
  const sections = [];
  for (const { heading, backend, variants: make, limits, batch } of groups) {
    const { tf } = await loadBackend({ prefer: [backend] });
    const variants = make();
    const times = await interleave(
      variants.map(({ run }) => ({ time: clocked(run) })),
      { rounds: SKIPPED + rounds, steps: batch },
    );
    tf.disposeVariables();
    const means = times.map((turns) => turns.slice(SKIPPED).map(mean));
    const rows = [HEAD, ...summarize(variants, means, limits).map(cells)];
    const align = aligner(HEAD, widestOf(rows));
    console.log(`\n${heading}\n${rows.map(align).join('\n')}`);
    sections.push(`**${heading[0].toUpperCase()}${heading.slice(1)}**\n\n${markdown(rows)}`);
  }
  return sections;
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

const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
