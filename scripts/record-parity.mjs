/**
 * Runs the parity suite on every backend and writes its table, the largest error of each layer against float64, into
 * README.md.
 *
 *   npm run parity
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, replaceBetween } from './document.mjs';

const BACKENDS = ['cpu', 'wasm', 'native', 'webgl'];
const folder = mkdtempSync(join(tmpdir(), 'evenkeel-parity-'));
const file = join(folder, 'parity.json');
try {
  const { status } = spawnSync('npx', ['vitest', 'run', 'test/parity/float64.test.ts'], {
    stdio: 'inherit',
    env: { ...process.env, EVENKEEL_PARITY: file, EVENKEEL_REQUIRE_BACKENDS: BACKENDS.join(',') },
  });
  if (status !== 0) process.exit(status ?? 1);
  const table = JSON.parse(readFileSync(file, 'utf8'));
  const show = (error) => {
    if (error === undefined) return 'not trainable';
    return error === 0 ? '0' : error.toExponential(1);
  };
  const rows = Object.entries(table).map(([layer, row]) => [
    `\`${layer}\``,
    ...BACKENDS.map((backend) => `${show(row[backend].output)}, ${show(row[backend].gradient)}`),
  ]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const lines = [['layer', ...BACKENDS], ['---', ...BACKENDS.map(() => '---')], ...rows].map(line);
  const about = `Output, gradient; \`npm run parity\`: ${await environment()}.`;
  replaceBetween('README.md', '<!-- parity -->', '<!-- /parity -->', `${lines.join('\n')}\n\n${about}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
