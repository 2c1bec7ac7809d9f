import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { streamKey, uniform, uniformValues } from '../../src/random/uniform.js';

const stream = { seed: 1, layer: 'hidden' };

describe('uniform', () => {
  it('gives on this backend the same bits as the JavaScript form', () => {
    for (const step of [0, 1, 12345, 2 ** 31 - 1]) {
      const drawn = uniform([7, 143], stream, step).dataSync();
      expect(Array.from(drawn)).toEqual(Array.from(uniformValues(7 * 143, streamKey(stream), step)));
    }
  });

  it("gives the bits of TensorFlow 2.21's StatelessRandomUniform of shape [5] and seed [1, 2]", () => {
    const words = [
      0.8440604209899902, 0.19204533100128174, 0.9962232112884521, 0.16038739681243896, 0.27199018001556396,
    ];
    expect(Array.from(uniformValues(5, 1, 2))).toEqual(words);
  });

  it('depends on seed, layer and step, each', () => {
    const draws = [
      uniform([8], stream, 0),
      uniform([8], stream, 1),
      uniform([8], { ...stream, seed: 2 }, 0),
      uniform([8], { ...stream, layer: 'other' }, 0),
    ].map((t) => String(t.dataSync()));
    expect(new Set(draws).size).toBe(4);
    expect(String(uniform([8], stream, 0).dataSync())).toBe(draws[0]);
  });

  it('has the mean, variance and range of the uniform law, and no correlation from step to step', () => {
    const n = 100_000;
    const [a, b] = [uniformValues(n, streamKey(stream), 0), uniformValues(n, streamKey(stream), 1)];
    const mean = (f: (i: number) => number) =>
      Array.from({ length: n }, (_, i) => f(i)).reduce((s, x) => s + x, 0) / n;
    const at = (v: Float32Array, i: number) => v[i] as number;
    // Five standard errors: sqrt(1/12 / n) for the mean, sqrt(1/180 / n) for the variance, 1/sqrt(n) for a correlation.
    expect(Math.abs(mean((i) => at(a, i)) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean((i) => (at(a, i) - 0.5) ** 2) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    expect(Math.abs(12 * mean((i) => (at(a, i) - 0.5) * (at(b, i) - 0.5)))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.min(...a.subarray(0, 10_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...a.subarray(0, 10_000))).toBeLessThan(1);
  });

  it('leaks nothing', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => void uniform([10], stream, 0));
    expect(tf.memory().numTensors).toBe(before);
  });
});
