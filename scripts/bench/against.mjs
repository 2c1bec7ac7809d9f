/** tfjs as it is, accelerated and compiled, and other frameworks, in turns within one run, a row for each subject. */
import { loadBackend } from '../../dist/src/node.js';
import { openBrowser } from './browser.mjs';
import { columnsOf, widestRow } from './columns.mjs';
import { compare, compileProblem } from './compare.mjs';
import { openPeers } from './peers.mjs';
import { aligner } from './table.mjs';
import { verdicts } from './verdicts.mjs';

/**
 * Prints each row once it is known, and what follows from all of them.
 *
 * @param comparison what is compared, of those in comparisons.mjs
 * @param others whether other frameworks are measured too
 * @returns the rows, the head first, and versions of what `environment` does not know
 */
export async function against({ subjects, what, milliseconds, turn, kinds }, { rounds, backend, others }) {
  const browser = backend === 'webgl' ? await openBrowser() : null;
  if (!browser) await loadBackend({ prefer: [backend] });
  const compiles = !browser && canCompile();
  const peers = others ? await openPeers(kinds) : [];
  const columns = columnsOf({ compiled: compiles, peers });
  const head = [what, ...columns.map(({ head }) => head)];
  const align = aligner(head, widestRow(subjects.map(({ name }) => name)));
  const [rows, results] = [[head], []];
  try {
    console.log(`\n${align(head)}`);
    for (const subject of subjects) {
      const turns = { ...turn, ...subject.turn, rounds };
      const { timers, problems } = await timersOf(peers, await subject.line?.());
      const { times, ...found } = browser
        ? await browser.compare(subject.name, turns)
        : await compare(subject.start, turns, { compiles, peers: timers });
      // What is aimed at is aimed at on the native backend.
      const limits = backend === 'native' ? subject.limits : [];
      const result = { ...found, name: subject.name, limits, times: inUnits(times, milliseconds), problems };
      const row = [subject.name, ...columns.map(({ cell }) => cell(result))];
      console.log(align(row));
      rows.push(row);
      results.push(result);
    }
    const labels = Object.fromEntries(peers.map(({ key, label }) => [key, label]));
    console.log(`\n${verdicts(results, { ...OWN_LABELS, ...labels }).join('\n')}`);
    return { rows, also: [...versionsOf(peers), browser?.version].filter(Boolean) };
  } finally {
    for (const peer of peers) peer.end();
    await browser?.close();
  }
}

const OWN_LABELS = { stock: 'tfjs', fast: 'accelerated', compiled: 'compiled' };

function canCompile() {
  const problem = compileProblem();
  if (problem) console.error(`compiled left out: ${problem}`);
  return problem === '';
}

/** What is timed of each peer that does what the line says, by key; and by label why others fail. */
async function timersOf(peers, line) {
  const [timers, problems] = [{}, {}];
  if (line === undefined) return { timers, problems };
  for (const { key, label, timer } of peers) {
    const found = await timer(line);
    if (found?.problem) problems[label] = found.problem;
    else if (found) timers[key] = found;
  }
  return { timers, problems };
}

/** Of each package once. */
const versionsOf = (peers) => [...new Set(peers.map(({ library, version }) => `${library} ${version}`))];

const inUnits = (times, milliseconds) =>
  Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time / milliseconds]));
