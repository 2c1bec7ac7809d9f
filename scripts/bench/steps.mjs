/**
 * The nets of nets.mjs on the native backend, in a process that has a precision of its own; the counterpart of
 * pytorch.py. Prints the precision in effect; then reads the key of a net a line, trains one step of it, and prints
 * its milliseconds.
 *
 *   node scripts/bench/steps.mjs '{ "precision": "bfloat16", "accelerated": true }'
 */
import { createInterface } from 'node:readline';
import { accelerate } from '../../dist/src/accelerate/index.js';
import { loadBackend } from '../../dist/src/node.js';
import { netOf } from './nets.mjs';
import { trainer } from './networks.mjs';

const { precision: asked, accelerated } = JSON.parse(process.argv[2]);
const { precision, reason } = await loadBackend({ prefer: ['native'], precision: asked });
if (reason) console.error(reason);
if (accelerated) accelerate();
console.log(precision);

let current;
for await (const line of createInterface({ input: process.stdin })) {
  const key = line.trim();
  if (current?.key !== key) {
    current?.dispose();
    current = { key, ...trainer(netOf(key)) };
  }
  const start = performance.now();
  await current.step();
  console.log(performance.now() - start);
}
