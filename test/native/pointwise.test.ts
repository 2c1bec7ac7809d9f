import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { probeBackends } from '../../src/native/probe.js';

const program = fileURLToPath(new URL('pointwise.mjs', import.meta.url));
const { native } = await probeBackends();

// In a process of its own, which a fault ends.
it('the gradient by a filter of one pixel with strides leaves the memory of TensorFlow as it is', ({
  skip,
}) => {
  skip(!native.available, 'the native backend is not installed');
  const { status, signal, stdout } = spawnSync(process.execPath, [program], {
    encoding: 'utf8',
    // A damaged heap may also end in a wait without end.
    timeout: 50_000,
    env: { ...process.env, MALLOC_CHECK_: '3' },
  });
  expect([status, signal, stdout.trim()]).toEqual([0, null, 'finished']);
});
