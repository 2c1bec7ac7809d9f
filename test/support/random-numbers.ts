/**
 * Weights drawn without a seed come from Math.random. Here it starts again in each test, from the test's name,
 * so that a test that passes passes again. EVENKEEL_SEED draws others.
 */
import { beforeEach, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    seed: string;
  }
}

/** Mulberry32. */
function generator(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hash = (text: string): number =>
  [...text].reduce((h, c) => Math.imul(h ^ c.charCodeAt(0), 0x01000193), 0x811c9dc5);

const start = (name: string): void => {
  Math.random = generator(hash(`${inject('seed')} ${name}`));
};

start('');
beforeEach(({ task }) => start(task.fullTestName));
