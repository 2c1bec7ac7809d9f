import { describe, expect, it } from 'vitest';
import { normal } from '../../src/random/normal.js';
import { type Stream, uniform } from '../../src/random/uniform.js';

/**
 * Every bound is 5 standard errors of the distribution that is claimed: one true generator in about 1.7 million exceeds one. The
 * draws are fixed by their seeds, so that a test that passes passes forever.
 */
const ERRORS = 5;

const n = 2 ** 16;
const seeds = [0, 1, 2, 2 ** 31 - 1];
const layers = ['dropout_1', 'dropout_2', 'dropout_1/prediction', 'a', ''];
const steps = [0, 1, 2, 468, 2 ** 31 - 1];

const draw = (stream: Stream, step: number) => uniform([n], stream, step).dataSync() as Float32Array;
const all = seeds.flatMap((seed) =>
  layers.flatMap((layer) => steps.map((step) => ({ seed, layer, step, u: draw({ seed, layer }, step) }))),
);
/** One test of all the draws: a test a draw would say the same a hundred times. */
const each = (what: string, test: (u: Float32Array) => void) =>
  it(`of every seed, layer and step ${what}`, () => {
    for (const { u } of all) test(u);
  });
const mean = (length: number, f: (i: number) => number) => {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += f(i);
  return sum / length;
};
const at = (values: Float32Array, i: number) => (values[i] as number) - 0.5;
/** Of two lists of uniform numbers: its standard error is 1 / sqrt(length). */
const correlation = (a: Float32Array, b: Float32Array, length = n) =>
  12 * mean(length, (i) => at(a, i) * at(b, i));

describe('the uniform numbers', () => {
  each('have the moments of the distribution', (u) => {
    expect(Math.abs(mean(n, (i) => at(u, i)))).toBeLessThan(ERRORS * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(n, (i) => at(u, i) ** 2) - 1 / 12)).toBeLessThan(ERRORS * Math.sqrt(1 / 180 / n));
    expect(u.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(0);
    expect(u.reduce((a, b) => Math.max(a, b))).toBeLessThan(1);
  });

  each('fill 256 bins evenly', (u) => {
    const bins = new Array<number>(256).fill(0);
    for (const value of u) bins[Math.floor(value * 256)] = (bins[Math.floor(value * 256)] ?? 0) + 1;
    const expected = n / 256;
    const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: mean 255, variance 510.
    expect(Math.abs(chiSquare - 255)).toBeLessThan(ERRORS * Math.sqrt(510));
  });

  each('do not follow their neighbours', (u) => {
    // 4: the words of a block; 128 and 1000: rows of a layer.
    for (const lag of [1, 2, 3, 4, 128, 1000]) {
      const length = n - lag;
      expect(Math.abs(correlation(u, u.subarray(lag), length))).toBeLessThan(ERRORS / Math.sqrt(length));
    }
  });

  it('are not correlated between steps, layers and seeds', () => {
    let pairs = 0;
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        const same = [a.seed === b.seed, a.layer === b.layer, a.step === b.step].filter(Boolean).length;
        if (same < 2) continue;
        pairs++;
        expect(
          Math.abs(correlation(a.u, b.u)),
          JSON.stringify([a, b, 0], ['seed', 'layer', 'step']),
        ).toBeLessThan(ERRORS / Math.sqrt(n));
      }
    }
    expect(pairs).toBe(20 * 10 + 20 * 10 + 25 * 6);
  });
});

describe('the normal numbers', () => {
  it.each([0, 1, 468])(
    'at step %i have mean 0, variance 1, skewness 0, kurtosis 3, and uncorrelated halves',
    (step) => {
      const z = normal([n], { seed: 1, layer: 'a' }, step).dataSync() as Float32Array;
      const moment = (k: number) => mean(n, (i) => (z[i] as number) ** k);
      // The variance of z^k is E z^2k - (E z^k)^2: 1, 2, 15, 96.
      for (const [k, expected, variance] of [
        [1, 0, 1],
        [2, 1, 2],
        [3, 0, 15],
        [4, 3, 96],
      ] as const) {
        expect(Math.abs(moment(k) - expected), `moment ${k}`).toBeLessThan(ERRORS * Math.sqrt(variance / n));
      }
      const half = n / 2;
      const product = mean(half, (i) => (z[i] as number) * (z[half + i] as number));
      expect(Math.abs(product)).toBeLessThan(ERRORS / Math.sqrt(half));
    },
  );
});
