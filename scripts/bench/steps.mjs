/**
 * The nets of nets.mjs on the native backend, in a process that has a precision of its own; the counterpart of
 * pytorch.py. Prints the precision in effect; then reads the name of a net a line, trains one step of it, and prints
 * its milliseconds.
 *
 *   node scripts/bench/steps.mjs '{ "precision": "bfloat16", "accelerated": true }'
 */
import { createInterface } from 'node:readline';
import { accelerate } from '../../dist/src/accelerate/index.js';
import { loadBackend } from '../../dist/src/node.js';
import { NETS, trainer } from './nets.mjs';

const { precision: asked, accelerated } = JSON.parse(process.argv[2]);
const { precision, reason } = await loadBackend({ prefer: ['native'], precision: asked });
if (reason) console.error(reason);
if (accelerated) accelerate();
console.log(precision);

let current;
for await (const line of createInterface({ input: process.stdin })) {
  const name = line.trim();
  if (current?.name !== name) {
    current?.dispose();
    current = { name, ...trainer(NETS.find(({ torch }) => torch === name)) };
  }
  const start = performance.now();
  await current.step();
  console.log(performance.now() - start);
}
