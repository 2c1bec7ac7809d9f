/**
 * Times in turns: rounds in which every variant runs: whatever else the machine does slows all of them; what
 * counts are ratios within one run.
 *
 *   npm run bench                        the layers against the built-in ones and compositions of ops: all groups
 *   npm run bench -- conv2d              those whose title or backend has the word
 *   npm run bench -- --against stock     steps of tfjs as it is and accelerated: nets, and layers alone
 *   npm run bench -- --against pytorch   beside PyTorch, tf.function with and without XLA, and torch.compile too
 *   npm run bench -- --epoch             whole epochs of MNIST, beside PyTorch
 *   npm run bench -- --predict           `predict` of one example, beside onnxruntime
 *
 * Others run in Python processes, where `python3` (or PYTHON) has torch; tensorflow and tf_keras; onnx and onnxruntime.
 * What it lacks is left out, and so is what a net takes more than a minute to compile; both are said.
 *
 *   --against stock  with --epoch or --predict: tfjs alone
 *   --backend wasm   what tfjs runs on: native (default), wasm, cpu, or webgl in Chromium, for steps against stock
 *   --rounds 60      default: 30 of groups, 8 of steps and predictions, 2 of epochs
 *   --record         writes the tables into README.md too
 *
 * Where `accelerate` takes the option `compile`, compiled steps have a column, timed once they are recorded.
 */
import { against } from './bench/against.mjs';
import { GROUPS } from './bench/cases.mjs';
import { epochs, predictions, steps } from './bench/comparisons.mjs';
import { compareGroups } from './bench/groups.mjs';
import { markdown } from './bench/table.mjs';
import { main, oneOf, parse, positiveInteger, WrongUsage } from './command-line.mjs';
import { environment, hasMarks, replaceBetween } from './document.mjs';

/** By the place of its table in README.md. */
const COMPARISONS = {
  against: { name: 'against', ...steps },
  epoch: { name: 'epoch', flag: '--epoch', ...epochs },
  predict: { name: 'predict', flag: '--predict', ...predictions },
};

function settings() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values, positionals: words } = parse({
    rounds: text,
    record: flag,
    against: text,
    epoch: flag,
    predict: flag,
    backend: text,
  });
  const { rounds, record, epoch, predict } = values;
  if (epoch && predict) throw new WrongUsage('--epoch and --predict are two benchmarks: leave out either');
  const comparing = epoch || predict || values.against !== undefined;
  if (record && words.length) {
    throw new WrongUsage(`--record writes whole tables: leave out either it or "${words.join(' ')}"`);
  }
  if (!comparing && values.backend !== undefined) {
    throw new WrongUsage(
      '--backend needs --against, --epoch or --predict; a group is chosen by a word of its heading',
    );
  }
  const backend = oneOf('backend', values.backend ?? 'native', ['native', 'wasm', 'cpu', 'webgl']);
  const other = oneOf('against', values.against ?? 'pytorch', ['stock', 'pytorch']);
  if (backend === 'webgl' && (epoch || predict || other === 'pytorch')) {
    throw new WrongUsage('--backend webgl needs --against stock, without --epoch or --predict');
  }
  return {
    words,
    record,
    comparison: COMPARISONS[(epoch && 'epoch') || (predict && 'predict') || 'against'],
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

async function benchAgainst({ words, record, comparison, other, backend, ...given }) {
  const place = `${comparison.name} ${backend}`;
  // Before minutes of measuring.
  if (record && !hasMarks('README.md', ...marks(place))) {
    throw new WrongUsage(`README.md lacks ${marks(place).join(' and ')}, between which --record writes`);
  }
  const { rounds = comparison.rounds } = given;
  const subjects = having(words, comparison.subjects, ({ name }) => name);
  const { rows, also } = await against(
    { ...comparison, subjects },
    { rounds, backend, others: other === 'pytorch' },
  );
  const flags = [comparison.flag, `--against ${other}`, backend !== 'native' && `--backend ${backend}`];
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
