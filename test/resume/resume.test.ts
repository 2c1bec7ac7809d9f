import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeBackends } from '../../src/native/probe.js';

const program = fileURLToPath(new URL('trainee.mjs', import.meta.url));
const { native } = await probeBackends();

function run(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}

/** The weights of a saved model, those of its layers and of its optimizer, byte for byte. */
function weightsIn(folder: string): string {
  const file = readdirSync(folder).find((name) => name.endsWith('.bin')) as string;
  return readFileSync(join(folder, file)).toString('base64');
}

/** Its layers with their configs, in which those with random numbers count. */
function layersIn(folder: string): string {
  return JSON.stringify(JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')).modelTopology);
}

describe.each(['cpu', 'native'])('a training on %s that is saved and goes on in a new process', (backend) => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'resume-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('ends with the weights of one that was not, to the bit, for every layer with random numbers', ({
    skip,
  }) => {
    skip(backend === 'native' && !native.available, 'the native backend is not installed');
    run(backend, 'new', at('new'));
    run(backend, at('new'), '0', '4', at('whole'));
    run(backend, at('new'), '0', '2', at('half'));
    run(backend, at('half'), '2', '4', at('resumed'));
    expect(weightsIn(at('resumed'))).toBe(weightsIn(at('whole')));
    expect(layersIn(at('resumed'))).toBe(layersIn(at('whole')));
    expect(layersIn(at('whole'))).toContain('"step":24');
    // What it takes: had the steps not been saved, the masks would be others.
    run(backend, at('half'), '2', '4', at('other'), 'forgetful');
    expect(weightsIn(at('other'))).not.toBe(weightsIn(at('whole')));
  });
});
