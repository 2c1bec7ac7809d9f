/** tfjs as it is, accelerated, and compiled, in turns with others; runs in Node and in a page. */
import { accelerate } from '../../dist/src/accelerate/index.js';
import { clocked, interleave } from './interleave.mjs';

/** Steps after which a model's step has been recorded and compiled. */
export const RECORDED = 8;

/** Each way to run tfjs. `warmUp`: whether a turn begins with steps that are not counted, however long they take. */
const OWN = {
  stock: {},
  fast: { enter: () => accelerate(), leave: accelerate.restore },
  compiled: { enter: () => accelerate({ compile: true }), leave: accelerate.restore, warmUp: true },
};

/** Why `accelerate` compiles no steps here, or ''. */
export function compileProblem() {
  try {
    OWN.compiled.enter();
    return '';
  } catch ({ message }) {
    return message;
  } finally {
    accelerate.restore();
  }
}

/**
 * The best of each, in milliseconds: what else the machine does only adds.
 *
 * @param start makes what is timed, once for each: `step()`, `dispose()`; `attempt()`, shorter, and `warmUp()`, enough of
 *   that to be compiled, where a step is long; `accuracy()`, where it has one
 * @param peers others by name, each with a `step()` that resolves to its milliseconds
 * @returns `{ times, problem, accuracy }`, times and accuracy by name: stock, fast, compiled if asked for, and the peers;
 *   there is no time for stock where tfjs throws, and `problem` says why
 */
export async function compare(start, turns, { compiles = false, peers = {} } = {}) {
  const own = { stock: await start(), fast: await start(), ...(compiles && { compiled: await start() }) };
  try {
    const problem = await problemOf(own.stock.attempt ?? own.stock.step);
    const measured = Object.keys(own).filter((name) => !(problem && name === 'stock'));
    const variants = {
      ...Object.fromEntries(measured.map((name) => [name, variantOf(own[name], OWN[name])])),
      ...Object.fromEntries(Object.entries(peers).map(([name, { step }]) => [name, { time: step }])),
    };
    const turnsOf = await interleave(Object.values(variants), turns);
    const names = Object.keys(variants);
    return {
      times: Object.fromEntries(names.map((name, i) => [name, Math.min(...turnsOf[i].flat())])),
      problem,
      accuracy: Object.fromEntries(names.map((name) => [name, { ...own, ...peers }[name].accuracy?.()])),
    };
  } finally {
    for (const { dispose } of Object.values(own)) dispose();
  }
}

function variantOf({ step, warmUp }, { enter, leave, warmUp: warms }) {
  const repeated = async () => {
    for (let i = 0; i < RECORDED; i++) await step();
  };
  return { time: clocked(step), enter, leave, ...(warms && { warmUp: warmUp ?? repeated }) };
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
