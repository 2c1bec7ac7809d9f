/**
 * What it costs to record steps of training as graphs (`accelerate({ compile: true })`), for each net of the benchmark: the
 * milliseconds of comparing, loading and checking, in steps that run op by op, and where they go.
 *
 *   npm run recording                 all nets; or one by a part of its name
 *   npm run recording -- "CNN, Adam"
 */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from '../dist/src/accelerate/index.js';
import { loadBackend } from '../dist/src/node.js';
import { clocked } from './bench/interleave.mjs';
import { NETS } from './bench/nets.mjs';
import { trainer } from './bench/networks.mjs';
import { aligner, widestOf } from './bench/table.mjs';
import { main, parse, WrongUsage } from './command-line.mjs';

/** Steps after which every net is compiled that will be. */
const MOST_STEPS = 12;

/** Whether a step took that long that the median of few is enough. */
const SLOW = 200;

function chosen() {
  const word = parse({}).positionals.join(' ');
  const nets = NETS.filter(({ name }) => name.includes(word));
  if (nets.length === 0) throw new WrongUsage(`no net of the benchmark has "${word}" in its name`);
  return nets;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

async function opByOp(step) {
  const times = [];
  for (let i = 0; i < 3 || (i < 13 && times.at(-1) < SLOW); i++) times.push(await clocked(step)());
  return median(times.slice(2));
}

/** Milliseconds in TensorFlow's calls that only graphs make, from now until `stop()`. */
function watchSessions(backend) {
  const spent = { loadSavedModel: 0, runSavedModel: 0 };
  const { binding } = backend;
  const watched = (name) => ({
    [name]: (...args) => {
      const start = performance.now();
      try {
        return binding[name](...args);
      } finally {
        spent[name] += performance.now() - start;
      }
    },
  });
  // What C++ defines cannot be assigned to, and a recorder looks for properties of its own.
  const own = Object.getOwnPropertyNames(binding).map((name) => [name, binding[name]]);
  backend.binding = {
    ...Object.fromEntries(own),
    ...watched('loadSavedModel'),
    ...watched('runSavedModel'),
  };
  return {
    spent,
    stop: () => {
      backend.binding = binding;
    },
  };
}

async function row(net) {
  const { step, dispose, model } = trainer(net);
  const plain = await opByOp(step);
  accelerate({ compile: true });
  const { spent, stop } = watchSessions(tf.backend());
  const report = () => accelerate.compiled(model).training[0];
  try {
    for (let i = 0; i < MOST_STEPS && !report()?.compiled; i++) await step();
  } finally {
    stop();
  }
  const { reason, graphs } = report();
  accelerate.restore();
  accelerate();
  dispose();
  if (graphs.length === 0) return [net.name, plain.toFixed(1), reason ?? 'not compiled'];
  const [{ milliseconds, nodes, bytes }] = graphs;
  const { loadSavedModel: load, runSavedModel: run } = spent;
  return [
    ...[net.name, plain.toFixed(1), `${nodes}`, `${Math.ceil(bytes / 1000)}`, milliseconds.toFixed(0)],
    ...[(milliseconds / plain).toFixed(1), load.toFixed(0), run.toFixed(0)],
    (milliseconds - load - run).toFixed(0),
  ];
}

await main(async () => {
  const nets = chosen();
  await loadBackend({ prefer: ['native'] });
  accelerate();
  const rows = [
    ['net', 'op by op, ms', 'nodes', 'kB', 'recording, ms', 'in steps', 'load, ms', 'run, ms', 'rest, ms'],
  ];
  for (const net of nets) rows.push(await row(net));
  console.log(rows.map(aligner(rows[0], widestOf(rows))).join('\n'));
});
