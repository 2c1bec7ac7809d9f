/**
 * Where a training step on the native backend spends its time, before and after `accelerate`: for each op of TensorFlow
 * how often it runs and its milliseconds, most first, and what is left to JavaScript.
 *
 *   npm run profile -- transformer          a net by a part of its name, or of a layer alone
 *   npm run profile -- "CNN, Adam" --steps 50
 */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from '../dist/src/accelerate/index.js';
import { loadBackend } from '../dist/src/node.js';
import { clocked } from './bench/interleave.mjs';
import { aligner, widestOf } from './bench/table.mjs';
import { STEPS } from './bench/timed.mjs';
import { main, oneOf, parse, positiveInteger, WrongUsage } from './command-line.mjs';

const WARM_UP = 3;

function settings() {
  const { values, positionals } = parse({
    // The one whose ops can be timed.
    backend: { type: 'string', default: 'native' },
    steps: { type: 'string', default: '20' },
  });
  oneOf('backend', values.backend, ['native']);
  const word = positionals.join(' ');
  const names = STEPS.map(({ name }) => name);
  const name = names.find((name) => name === word) ?? names.find((name) => name.includes(word));
  if (word === '' || !name) {
    throw new WrongUsage(`name one of these by a part of it, received "${word}": ${names.join('; ')}`);
  }
  const subject = STEPS[names.indexOf(name)];
  return { subject, steps: positiveInteger('steps', values.steps) };
}

/** Means over steps: `{ time, ops }`, ops as `[name, { count, time }]`. */
async function profile(step, steps) {
  for (let i = 0; i < WARM_UP; i++) await step();
  const { ops, stop } = watchOps(tf.backend());
  let time = 0;
  try {
    for (let i = 0; i < steps; i++) time += await clocked(step)();
  } finally {
    stop();
  }
  const means = [...ops].map(([name, op]) => [name, { count: op.count / steps, time: op.time / steps }]);
  return { time: time / steps, ops: means };
}

/** Counts and times each op from now until `stop()`. */
function watchOps(backend) {
  const ops = new Map();
  const { binding } = backend;
  // What C++ defines cannot be assigned to; a binding that inherits from it can.
  backend.binding = Object.create(binding, {
    executeOp: {
      value(name, ...args) {
        const start = performance.now();
        try {
          return binding.executeOp(name, ...args);
        } finally {
          const { count, time } = ops.get(name) ?? { count: 0, time: 0 };
          ops.set(name, { count: count + 1, time: time + performance.now() - start });
        }
      },
    },
  });
  return {
    ops,
    stop: () => {
      backend.binding = binding;
    },
  };
}

function table({ time, ops }) {
  const row = (name, count, milliseconds) => [
    name,
    count,
    milliseconds.toFixed(2),
    `${Math.round((100 * milliseconds) / time)} %`,
  ];
  const inOps = ops.reduce((sum, [, op]) => sum + op.time, 0);
  const count = (n) => (Number.isInteger(n) ? `${n}` : n.toFixed(1));
  const rows = [
    ['op', 'count', 'ms', 'of step'],
    ...ops.sort(([, a], [, b]) => b.time - a.time).map(([name, op]) => row(name, count(op.count), op.time)),
    row('JavaScript', '', time - inOps),
    row('step', count(ops.reduce((sum, [, op]) => sum + op.count, 0)), time),
  ];
  return rows.map(aligner(rows[0], widestOf(rows))).join('\n');
}

await main(async () => {
  const { subject, steps } = settings();
  await loadBackend({ prefer: ['native'] });
  const { step, dispose } = subject.start();
  console.log(`${subject.name}, means of ${steps} steps`);
  console.log(`\ntfjs\n${table(await profile(step, steps))}`);
  accelerate();
  console.log(`\naccelerated\n${table(await profile(step, steps))}`);
  accelerate.restore();
  dispose();
});
