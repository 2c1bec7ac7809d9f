/**
 * A training step of tfjs as it is, of tfjs accelerated, and of PyTorch, in turns within one run.
 *
 *   npm run bench -- --against stock               native backend
 *   npm run bench -- --against stock --backend wasm
 *   npm run bench -- --against pytorch             beside PyTorch, where `python3` (or PYTHON) has it
 */
import { accelerate } from '../../dist/src/accelerate/index.js';
import { loadBackend } from '../../dist/src/node.js';
import { NETS, trainer } from './nets.mjs';
import { startPyTorch } from './pytorch.mjs';

const HEAD = ['step, batch 128', 'tfjs, ms', 'accelerated, ms', 'ratio', 'at most'];
const TORCH = ['PyTorch, ms', 'ratio to it', 'at most'];

/** @returns the table as rows of cells, and what it was measured with */
export async function against({ rounds, backend, pytorch, words }) {
  await loadBackend({ prefer: [backend] });
  const python = process.env.PYTHON ?? 'python3';
  const torch = pytorch ? await startPyTorch(python) : null;
  if (pytorch && !torch)
    console.error(`PyTorch left out: ${python} has none; name one that has it in PYTHON`);
  const rows = [];
  for (const net of NETS) {
    if (!words.every((word) => net.name.includes(word))) continue;
    rows.push(cells(net, await times(net, rounds, torch), backend, torch));
    console.error(rows.at(-1).join('  '));
  }
  torch?.end();
  return { head: torch ? [...HEAD, ...TORCH] : HEAD, rows, torch: torch ? `, PyTorch ${torch.version}` : '' };
}

/** The best of each: what else the machine does only adds. */
async function times(net, rounds, torch) {
  const { step, dispose } = trainer(net);
  const best = { stock: Infinity, fast: Infinity, torch: Infinity };
  const timed = async (name, run) => {
    // The first steps after a change lay out memory anew, and sweep up what the others left.
    for (let i = 0; i < 2; i++) await run();
    for (let i = 0; i < 5; i++) best[name] = Math.min(best[name], await run());
  };
  const own = async () => {
    const start = performance.now();
    await step();
    return performance.now() - start;
  };
  try {
    for (let round = 0; round < rounds; round++) {
      await timed('stock', own);
      accelerate();
      await timed('fast', own);
      accelerate.restore();
      if (torch && net.torch) await timed('torch', () => torch.step(net.torch));
    }
    return best;
  } catch (error) {
    accelerate.restore();
    if (!/not registered/.test(error.message)) throw error;
    // tfjs cannot train it here: what is left to tell is that it can be trained.
    accelerate();
    for (let round = 0; round < rounds; round++) await timed('fast', own);
    accelerate.restore();
    return best;
  } finally {
    dispose();
  }
}

function cells({ name, limits, torch: inTorch }, { stock, fast, torch: other }, backend, torch) {
  const limit = (i) => (backend === 'native' ? (limits[i]?.toFixed(2) ?? '') : '');
  const known = (value, digits) =>
    Number.isFinite(value) && value > 0 ? value.toFixed(digits) : 'does not train';
  const own = [
    name,
    known(stock, 1),
    fast.toFixed(1),
    Number.isFinite(stock) ? (fast / stock).toFixed(2) : '',
    limit(0),
  ];
  if (!torch) return own;
  return inTorch ? [...own, other.toFixed(1), (fast / other).toFixed(2), limit(1)] : [...own, '', '', ''];
}
