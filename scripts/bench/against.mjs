/** tfjs as it is, tfjs accelerated, and PyTorch, in turns within one run, a row for each of the subjects. */
import { loadBackend } from '../../dist/src/node.js';
import { openBrowser } from './browser.mjs';
import { compare } from './compare.mjs';
import { startPyTorch } from './pytorch.mjs';
import { aligner, comparisonHead, comparisonRow, comparisonWidest, verdicts } from './table.mjs';

/**
 * Prints each row once it is known, and what follows from all of them.
 *
 * @param comparison what is compared, of those in comparisons.mjs
 * @returns the rows, the head first, and versions of what `environment` does not know
 */
export async function against({ subjects, what, milliseconds, turn }, { rounds, backend, pytorch }) {
  const browser = backend === 'webgl' ? await openBrowser() : null;
  if (!browser) await loadBackend({ prefer: [backend] });
  const python = process.env.PYTHON ?? 'python3';
  const torch = pytorch ? await startPyTorch(python) : null;
  if (pytorch && !torch) {
    console.error(`PyTorch left out: ${python} has none; name one that has it in PYTHON`);
  }
  const head = comparisonHead(what, torch);
  const align = aligner(head, comparisonWidest(subjects.map(({ name }) => name)));
  const [rows, results] = [[head], []];
  try {
    console.log(`\n${align(head)}`);
    for (const subject of subjects) {
      const turns = { ...turn, ...subject.turn, rounds };
      const times = browser
        ? await browser.compare(subject.name, turns)
        : await compare(subject.start, turns, torch && subject.torch && torch.timer(subject.torch));
      // What is aimed at is aimed at on the native backend.
      const limits = backend === 'native' ? subject.limits : [];
      const row = comparisonRow({ ...subject, limits }, inUnits(times, milliseconds), torch);
      console.log(align(row));
      rows.push(row);
      results.push({ name: subject.name, limits, times });
    }
    console.log(`\n${verdicts(results).join('\n')}`);
    return { rows, also: [torch && `PyTorch ${torch.version}`, browser?.version].filter(Boolean) };
  } finally {
    torch?.end();
    await browser?.close();
  }
}

const inUnits = (times, milliseconds) =>
  Object.fromEntries(
    ['stock', 'fast', 'torch'].map((name) => [name, times[name] && times[name] / milliseconds]),
  );
