/**
 * Times in turns: rounds in which every variant runs: whatever else the machine does slows all of them; what
 * counts are ratios within one run.
 *
 *   npm run bench                        the layers against the built-in ones and compositions of ops: all groups
 *   npm run bench -- conv2d              those whose title or backend has the word
 *   npm run bench -- --against stock     steps of tfjs as it is and accelerated: nets, and layers alone
 *   npm run bench -- --against pytorch   beside PyTorch too, where `python3` (or PYTHON) has it
 *   npm run bench -- --epoch             whole epochs of MNIST instead, beside PyTorch unless --against stock
 *
 *   --backend wasm   what tfjs runs on, with --against or --epoch: native (default), wasm, cpu, or webgl in Chromium,
 *                    for steps against stock
 *   --rounds 60      default: 30 of groups, 8 of steps, 2 of epochs
 *   --record         writes the tables into README.md too
 */
import { against } from './bench/against.mjs';
import { GROUPS } from './bench/cases.mjs';
import { epochs, steps } from './bench/comparisons.mjs';
import { compareGroups } from './bench/groups.mjs';
import { markdown } from './bench/table.mjs';
import { main, oneOf, parse, positiveInteger, WrongUsage } from './command-line.mjs';
import { environment, hasMarks, replaceBetween } from './document.mjs';

function settings() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values, positionals: words } = parse({
    rounds: text,
    record: flag,
    against: text,
    epoch: flag,
    backend: text,
  });
  const { rounds, record, epoch } = values;
  const comparing = epoch || values.against !== undefined;
  if (record && words.length) {
    throw new WrongUsage(`--record writes whole tables: leave out either it or "${words.join(' ')}"`);
  }
  if (!comparing && values.backend !== undefined) {
    throw new WrongUsage('--backend needs --against or --epoch; a group is chosen by a word of its heading');
  }
  const backend = oneOf('backend', values.backend ?? 'native', ['native', 'wasm', 'cpu', 'webgl']);
  const other = oneOf('against', values.against ?? 'pytorch', ['stock', 'pytorch']);
  if (backend === 'webgl' && (epoch || other === 'pytorch')) {
    throw new WrongUsage('--backend webgl needs --against stock, without --epoch');
  }
  return {
    words,
    record,
    epoch,
    comparing,
    other,
    backend,
    rounds: rounds === undefined ? undefined : positiveInteger('rounds', rounds),
  };
}

function having(words, all, textOf) {
  const found = all.filter((one) => words.every((word) => textOf(one).includes(word)));
  if (found.length) return found;
  throw new WrongUsage(`nothing has ${words.join(' and ')}: ${all.map(textOf).join('; ')}`);
}

async function benchGroups({ words, record, rounds = 30 }) {
  const groups = GROUPS.map((group) => ({ ...group, heading: `${group.title}, ${group.backend} backend` }));
  const sections = await compareGroups(
    having(words, groups, ({ heading }) => heading),
    rounds,
  );
  report(sections.join('\n\n'), 'bench', record, {
    command: 'npm run bench',
    how: `${rounds} interleaved rounds: ${await environment()}`,
  });
}

async function benchAgainst({ words, record, epoch, other, backend, ...given }) {
  const place = `${epoch ? 'epoch' : 'against'} ${backend}`;
  // Before minutes of measuring.
  if (record && !hasMarks('README.md', ...marks(place))) {
    throw new WrongUsage(`README.md lacks ${marks(place).join(' and ')}, between which --record writes`);
  }
  const comparison = epoch ? epochs : steps;
  const { rounds = comparison.rounds } = given;
  const subjects = having(words, comparison.subjects, ({ name }) => name);
  const { rows, also } = await against(
    { ...comparison, subjects },
    { rounds, backend, pytorch: other === 'pytorch' },
  );
  const flags = [epoch && '--epoch', `--against ${other}`, backend !== 'native' && `--backend ${backend}`];
  report(markdown(rows), place, record, {
    command: `npm run bench -- ${flags.filter(Boolean).join(' ')}`,
    how: `best of ${rounds} interleaved rounds, ${backend} backend: ${[await environment(), ...also].join(', ')}`,
  });
}

const marks = (place) => [`<!-- ${place} -->`, `<!-- /${place} -->`];

/** What was measured how, below the tables that were printed; both into the document, if it is to be recorded. */
function report(tables, place, record, { command, how }) {
  console.log(`\n${command}\n${how}`);
  if (record) replaceBetween('README.md', ...marks(place), `${tables}\n\n\`${command}\`, ${how}.`);
}

await main(async () => {
  const chosen = settings();
  await (chosen.comparing ? benchAgainst : benchGroups)(chosen);
});
