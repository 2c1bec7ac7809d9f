/**
 * A training step in float32 and with bfloat16 products, beside PyTorch's float32 and its medium precision. A precision
 * belongs to a process, so each variant has one; they take their steps in turn.
 *
 *   npm run bench:precision                 beside PyTorch where `python3` (or PYTHON) has it
 *   npm run bench:precision dense           the nets whose name has the word
 *   npm run bench:precision -- --rounds 30
 *   npm run bench:precision -- --record     writes the table into README.md too
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment, replaceBetween } from '../document.mjs';
import { NETS, netOf } from './nets.mjs';
import { startPython } from './python.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '15' }, record: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds must be a positive integer, received ${values.rounds}.`);
  process.exit(2);
}

/** What is asked of the step with bfloat16 products, against tfjs as it is. */
const LIMITS = { dense: 0.55 };
const nets = ['dense', 'batchNorm', 'layerNorm', 'dropout', 'cnn', 'cnnBatchNorm', 'lstm']
  .map(netOf)
  .filter(({ name }) => positionals.every((word) => name.includes(word)));
if (nets.length === 0) {
  console.error(`no net has ${positionals.join(' and ')}: ${NETS.map(({ name }) => name).join('; ')}`);
  process.exit(2);
}

/** One variant in a process of its own. */
async function startSteps(options) {
  const script = fileURLToPath(new URL('steps.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the process for ${JSON.stringify(options)} has ended; see above`);
    return value;
  };
  return {
    precision: await read(),
    async step(net) {
      child.stdin.write(`${net}\n`);
      return Number(await read());
    },
    end: () => child.stdin.end(),
  };
}

/** As a variant; null where there is none. */
async function startPyTorch(precision) {
  const { problem, version, ask, end } = await startPython(python, 'pytorch.py', [precision]);
  return problem === undefined ? { version, step: async (net) => (await ask(`step ${net}`))[0], end } : null;
}

const python = process.env.PYTHON ?? 'python3';
const torch = await startPyTorch('highest');
const medium = torch && (await startPyTorch('medium'));
if (!torch) console.error(`PyTorch left out: ${python} has none; name one that has it in PYTHON`);
const variants = {
  stock: await startSteps({ precision: 'float32', accelerated: false }),
  fast: await startSteps({ precision: 'float32', accelerated: true }),
  rounded: await startSteps({ precision: 'bfloat16', accelerated: true }),
  ...(torch && { torch, medium }),
};
if (variants.rounded.precision !== 'bfloat16') process.exit(1);

/** The best of each, in milliseconds: what else the machine does only adds. */
async function times({ key }) {
  const best = Object.fromEntries(Object.keys(variants).map((name) => [name, Infinity]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, variant] of Object.entries(variants)) {
      // The first steps after another process had the caches.
      for (let i = 0; i < 2; i++) await variant.step(key);
      for (let i = 0; i < 5; i++) best[name] = Math.min(best[name], await variant.step(key));
    }
  }
  return best;
}

const HEAD = ['step, batch 128', 'tfjs, ms', 'accelerated, ms', 'bfloat16, ms', 'ratio to tfjs', 'at most'];
const TORCH = ['PyTorch, ms', 'medium, ms', 'medium to float32', 'bfloat16 to medium'];
const head = torch ? [...HEAD, ...TORCH] : HEAD;
const rows = [];
for (const net of nets) {
  const { stock, fast, rounded, torch: highest, medium: lower } = await times(net);
  const limit = LIMITS[net.key]?.toFixed(2) ?? '';
  const own = [...[stock, fast, rounded].map((ms) => ms.toFixed(1)), (rounded / stock).toFixed(2), limit];
  const beside = [highest, lower].map((ms) => ms?.toFixed(1));
  const row = [net.name, ...own];
  if (torch) row.push(...beside, (lower / highest).toFixed(2), (rounded / lower).toFixed(2));
  rows.push(row);
  console.error(row.join('  '));
}
for (const variant of Object.values(variants)) variant.end();

const table = [head, ['---', ...head.slice(1).map(() => '---:')], ...rows];
const text = `${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}

\`npm run bench:precision\`, best of ${rounds} interleaved rounds, native backend: ${await environment()}${torch ? `, PyTorch ${torch.version}` : ''}.`;
console.log(`\n${text}`);
if (values.record) replaceBetween('README.md', '<!-- precision -->', '<!-- /precision -->', text);
process.exit();
