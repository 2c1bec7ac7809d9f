/** What the scripts that write numbers into documents have in common. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { environmentOf } from '../dist/src/cli/environment.js';
import { loadBackend } from '../dist/src/node.js';

/** Machine and versions, in words. */
export async function environment() {
  const { tf, backend } = await loadBackend();
  const { tensorflow, tfjs, node, processor } = environmentOf(tf, backend);
  return `${tensorflow ? `TensorFlow ${tensorflow}, ` : ''}tfjs ${tfjs}, Node ${node}, ${processor}`;
}

/** Puts a text between two marks of a document, formatted. */
export function replaceBetween(path, start, end, text) {
  const old = readFileSync(path, 'utf8');
  const [from, to] = [old.indexOf(start), old.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`${path} lacks ${start} and ${end}`);
  writeFileSync(path, `${old.slice(0, from + start.length)}\n${text}\n${old.slice(to)}`);
  execFileSync('npx', ['biome', 'format', '--write', path], { stdio: 'ignore' });
}
