import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { evenkeel } from '../support/command-line.js';

it('a trained model loads in a program that imports nothing of ours but evenkeel/node', async () => {
  const out = mkdtempSync(join(tmpdir(), 'loads-'));
  const options = [
    '--examples',
    '64',
    '--batch-size',
    '64',
    '--hidden',
    '4',
    '--backend',
    'wasm',
    '--out',
    out,
  ];
  const { stdout } = await evenkeel(['train', 'mlp-cosine', ...options]);
  const folder = /modelFiles\('(.*)'\)/.exec(stdout)?.[1];
  const script = `
    import { loadBackend, modelFiles } from '${new URL('../../dist/src/node.js', import.meta.url)}';
    const { tf } = await loadBackend({ prefer: ['wasm'] });
    const model = await tf.loadLayersModel(modelFiles('${folder}'));
    console.log(model.predict(tf.ones([1, 784])).shape.join());`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  rmSync(out, { recursive: true });
  expect([child.stdout, child.stderr]).toEqual(['1,10\n', '']);
});
