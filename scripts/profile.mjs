/**
 * Where a training step on the native backend spends its time, before and after `accelerate`: for each op of TensorFlow
 * how often it runs and its milliseconds, most first, and what is left to JavaScript.
 *
 *   npm run profile -- transformer          a net by a part of its name, or of a layer alone
 *   npm run profile -- "CNN, Adam" --steps 50
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { accelerate } from '../dist/src/accelerate/index.js';
import { loadBackend } from '../dist/src/node.js';
import { clocked } from './bench/interleave.mjs';
import { STEPS } from './bench/steps.mjs';
import { aligner, widestOf } from './bench/table.mjs';

const WARM_UP = 3;

function settings() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'native' },
      steps: { type: 'string', default: '20' },
    },
  });
  const word = positionals.join(' ');
  const names = STEPS.map(({ name }) => name).join('; ');
  const found = STEPS.filter(({ name }) => name.includes(word));
  const subject = found.find(({ name }) => name === word) ?? found[0];
  if (word === '' || !subject)
    throw new Error(`name one of these by a part of it, received "${word}": ${names}`);
  if (values.backend !== 'native') {
    throw new Error(`--backend must be native, whose ops can be timed, received "${values.backend}"`);
  }
  if (!/^[1-9]\d*$/.test(values.steps)) {
    throw new Error(`--steps must be a positive integer, received "${values.steps}"`);
  }
  return { subject, steps: Number(values.steps) };
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

try {
  const { subject, steps } = settings();
  await loadBackend({ prefer: ['native'] });
  const { step, dispose } = subject.start();
  console.log(`${subject.name}, means of ${steps} steps`);
  console.log(`\ntfjs\n${table(await profile(step, steps))}`);
  accelerate();
  console.log(`\naccelerated\n${table(await profile(step, steps))}`);
  accelerate.restore();
  dispose();
} catch (error) {
  console.error(error.message.split('. ')[0]);
  process.exit(1);
}
