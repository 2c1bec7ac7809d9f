/** tfjs as it is and accelerated, in turns; runs in Node and in a page. */
import { accelerate } from '../../dist/src/accelerate/index.js';
import { clocked, interleave } from './interleave.mjs';

/**
 * The best of each, in milliseconds: what else the machine does only adds.
 *
 * @param start makes what is timed, once for each: `step()`, `dispose()`; `attempt()`, shorter, where a step is long;
 *   `accuracy()`, where it has one
 * @param torch the same of PyTorch, whose `step()` resolves to its milliseconds, if that is compared too
 * @returns `{ stock, fast, torch, problem, accuracy }`; stock is undefined where tfjs throws, and `problem` says why
 */
export async function compare(start, turns, torch) {
  const own = { stock: await start(), fast: await start() };
  try {
    const { stock, fast } = own;
    const problem = await problemOf(stock.attempt ?? stock.step);
    const variants = {
      ...(problem ? {} : { stock: { time: clocked(stock.step) } }),
      fast: { time: clocked(fast.step), enter: () => accelerate(), leave: accelerate.restore },
      ...(torch ? { torch: { time: torch.step } } : {}),
    };
    const times = await interleave(Object.values(variants), turns);
    const names = Object.keys(variants);
    return {
      ...Object.fromEntries(names.map((name, i) => [name, Math.min(...times[i].flat())])),
      problem,
      accuracy: names.map((name) => ({ ...own, torch })[name].accuracy?.()),
    };
  } finally {
    own.stock.dispose();
    own.fast.dispose();
  }
}

/** What tfjs cannot do it says at the first step. */
async function problemOf(attempt) {
  try {
    await attempt();
    return '';
  } catch (error) {
    return error.message.split('\n')[0];
  }
}
