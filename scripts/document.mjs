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

export function hasMarks(path, start, end) {
  const text = readFileSync(path, 'utf8');
  return text.includes(start) && text.includes(end);
}

/** Puts a text between two marks of a document, formatted. */
export function replaceBetween(path, start, end, text) {
  if (!hasMarks(path, start, end)) throw new Error(`${path} lacks ${start} and ${end}`);
  const old = readFileSync(path, 'utf8');
  const [from, to] = [old.indexOf(start), old.indexOf(end)];
  writeFileSync(path, `${old.slice(0, from + start.length)}\n${text}\n${old.slice(to)}`);
  execFileSync('npx', ['biome', 'format', '--write', path], { stdio: 'ignore' });
}
