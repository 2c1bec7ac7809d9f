import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { bernoulli, drawnRate, integersFrom } from '../../src/random/bernoulli.js';
import { streamKey, words } from '../../src/random/uniform.js';

const stream = { seed: 1, layer: 'hidden' };
const n = 2 ** 16;
const RATES = [0.5, 0.25, 1 / 256, 0.3, 0.1, 2 ** -16, 1 - 2 ** -16];

describe('bernoulli', () => {
  it.each([[[7, 143]], [[3]], [[1]], [[2, 3, 5]]])(
    'gives on this backend the bits of the JavaScript form: %j',
    (shape) => {
      const size = tf.util.sizeFromShape(shape);
      for (const step of [0, 12345, 2 ** 31 - 1]) {
        for (const [rate, bits] of [
          [0.5, 8],
          [0.3, 16],
        ] as const) {
          const drawn = bernoulli(shape, stream, step, rate);
          expect([drawn.shape, drawn.dtype]).toEqual([shape, 'bool']);
          const least = Math.round(rate * 2 ** 16) / 2 ** (16 - bits);
          expect(Array.from(drawn.dataSync())).toEqual(
            Array.from(integersFrom(least, bits, size, streamKey(stream), step)),
          );
        }
      }
    },
  );

  it('compares the bytes or the halves of words, lowest first, with the rate', () => {
    const [first, second] = words(2, 5, 6) as unknown as [number, number];
    const bytes = [first, second].flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
    const halves = [first, second].flatMap((word) => [word & 0xffff, word >>> 16]);
    expect(Array.from(integersFrom(100, 8, 7, 5, 6))).toEqual(
      bytes.slice(0, 7).map((b) => (b >= 100 ? 1 : 0)),
    );
    expect(Array.from(integersFrom(9999, 16, 3, 5, 6))).toEqual(
      halves.slice(0, 3).map((h) => (h >= 9999 ? 1 : 0)),
    );
  });

  it("draws the words of TensorFlow 2.21's StatelessRandomUniformFullInt of shape [5] and seed [1, 2]", () => {
    expect(Array.from(words(5, 1, 2), (word) => word | 0)).toEqual([
      1105988140, 1738052849, -335576002, 370444179, 10670227,
    ]);
  });

  it.each(RATES)(
    'is false with the probability %d, and follows neither its neighbours nor other steps',
    (rate) => {
      const [a, b] = [0, 1].map((step) => bernoulli([n], stream, step, rate).dataSync()) as [
        Uint8Array,
        Uint8Array,
      ];
      const off = (v: Uint8Array, i: number) => (v[i] as number) - (1 - rate);
      const mean = (f: (i: number) => number) =>
        Array.from({ length: n - 8 }, (_, i) => f(i)).reduce((s, x) => s + x, 0) / (n - 8);
      const variance = rate * (1 - rate);
      // Five standard errors, and the one count by which a share of a few can be off.
      expect(Math.abs(mean((i) => off(a, i)))).toBeLessThan(5 * Math.sqrt(variance / n) + 1 / n);
      for (const lag of [1, 2, 3, 4, 8]) {
        expect(Math.abs(mean((i) => off(a, i) * off(a, i + lag)))).toBeLessThan(
          (5 * variance) / Math.sqrt(n) + 1 / n,
        );
      }
      expect(Math.abs(mean((i) => off(a, i) * off(b, i)))).toBeLessThan(
        (5 * variance) / Math.sqrt(n) + 1 / n,
      );
    },
  );

  it('draws by a rate of 16 bits', () => {
    expect(drawnRate(0.3)).toBe(19661 / 65536);
    expect([0, 0.5, 1, 1e-9].map(drawnRate)).toEqual([0, 0.5, 1, 0]);
  });

  it('leaks nothing', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => void bernoulli([5], stream, 0, 0.3));
    expect(tf.memory().numTensors).toBe(before);
  });
});
