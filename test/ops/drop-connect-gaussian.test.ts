import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  dropConnectGaussian,
  gaussianMeanOf,
  gaussianRelu,
  meanOverSamples,
} from '../../src/ops/drop-connect-gaussian.js';
import { normal } from '../../src/random/normal.js';
import { checkGradient, checkLeaks } from '../../src/testing/index.js';
import { matrix, numericGradient, sample, weighed, weights } from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

/** The density of the standard normal distribution. */
const phi = (t: number): number => Math.exp(-t * t * 0.5) / Math.sqrt(2 * Math.PI);

/** `E[max(m + s z, 0)]` by Simpson's rule over z, where the integrand is not 0 and z not beyond 12. */
function reluMean(m: number, s: number): number {
  if (s === 0) return Math.max(m, 0);
  const from = Math.max(-m / s, -12);
  if (from >= 12) return 0;
  const steps = 4000;
  const h = (12 - from) / steps;
  const f = (k: number) => (m + s * (from + k * h)) * phi(from + k * h);
  let sum = f(0) + f(steps);
  for (let k = 1; k < steps; k++) sum += (k % 2 ? 4 : 2) * f(k);
  return (sum * h) / 3;
}

const of = (mean: number[], deviation: number[]) => ({
  mean: tf.tensor2d([mean]),
  deviation: tf.tensor2d([deviation]),
});

describe('gaussianRelu', () => {
  it('is the integral, at means up to twelve deviations from 0', () => {
    for (const s of [1e-3, 1, 37]) {
      const t = Array.from({ length: 97 }, (_, i) => (i - 48) / 4);
      const means = t.map((t) => Math.fround(t * s));
      const y = gaussianRelu(of(means, Array(97).fill(s)));
      expect(y).toBeAllClose([means.map((m) => reluMean(m, Math.fround(s)))], { rtol: 1e-6, atol: 1e-6 * s });
    }
  });

  it('is near the mean of a million draws, within five standard errors', () => {
    const n = 1_000_000;
    const z = normal([n], { seed: 5, layer: 'gaussianRelu' }, 0);
    for (const [m, s] of [
      [0.5, 1],
      [-1, 2],
      [3, 0.5],
    ] as const) {
      const y = tf.relu(z.mul(s).add(m));
      const closed = gaussianRelu(of([m], [s])).dataSync()[0] as number;
      // The spread of max(u, 0) is below that of u; sums of a million float32 are good to 1e-5.
      expect(Math.abs((y.mean().dataSync()[0] as number) - closed)).toBeLessThan(
        (5 * s) / Math.sqrt(n) + 1e-5,
      );
    }
  });

  it('is max(m, 0) at deviation 0, and at means a million deviations away, with finite gradients', () => {
    const means = [-3, -1e-20, 0, 2, 1, -1, 1e6, -1e6, 1e-6, -1e-6, -9, -30, -64, -65];
    const deviations = [0, 0, 0, 0, 1e-6, 1e-6, 1, 1, 1e-12, 1e-12, 1, 1, 1, 1];
    const { mean, deviation } = of(means, deviations);
    const y = gaussianRelu({ mean, deviation });
    expect(y).toBeAllClose([means.map((m) => Math.max(m, 0))], { rtol: 1e-6, atol: 1e-9 });
    for (const value of y.dataSync()) expect(value).toBeGreaterThanOrEqual(0);
    const [dm, ds] = tf.grads((mean: tf.Tensor, deviation: tf.Tensor) =>
      gaussianRelu({ mean: mean as tf.Tensor2D, deviation: deviation as tf.Tensor2D }),
    )([mean, deviation]);
    expect(dm).toBeAllClose([means.map((m) => (m === 0 ? 0.5 : m > 0 ? 1 : 0))]);
    expect(ds).toBeAllClose([means.map((m) => (m === 0 ? phi(0) : 0))]);
  });

  it('is never negative and never falls as the mean rises', () => {
    const means = Array.from({ length: 2000 }, (_, i) => -20 + i / 80);
    const y = gaussianRelu(of(means, Array(2000).fill(1))).dataSync();
    expect(Math.min(...y)).toBeGreaterThanOrEqual(0);
    // Of that of neighbours: the step of erf's own error.
    for (let i = 1; i < y.length; i++) expect(y[i]).toBeGreaterThanOrEqual((y[i - 1] as number) - 1e-6);
  });

  it('has the gradients Phi(t) and phi(t)', () => {
    const mean = tf.tensor2d([[0, 0.7, -0.7, 2, -2, 4, -4]]);
    const deviation = tf.tensor2d([[1, 0.5, 0.5, 1, 1, 2, 2]]);
    checkGradient(
      (mean, deviation) => gaussianRelu({ mean: mean as tf.Tensor2D, deviation: deviation as tf.Tensor2D }),
      [mean, deviation],
    );
  });
});

describe('dropConnectGaussian', () => {
  const [x64, w64] = [sample(4, 5, 1), sample(5, 3, 2)];
  const rate = 0.3;
  const SCALINGS = {
    inverted: { rate, scale: 1 / (1 - rate), meanScale: 1 },
    classical: { rate, scale: 1, meanScale: 1 - rate },
  };

  /** Mean and variance of `scale sum_i x_i M_i w_i`, over each of the 32 masks with its probability. */
  function moments(x: number[], w: number[], scale: number): [number, number] {
    let [mean, square] = [0, 0];
    for (let mask = 0; mask < 32; mask++) {
      const bits = x.map((_, i) => (mask >> i) & 1);
      const probability = bits.reduce((p, bit) => p * (bit ? 1 - rate : rate), 1);
      const u = x.reduce((sum, value, i) => sum + scale * value * (bits[i] as number) * (w[i] as number), 0);
      mean += probability * u;
      square += probability * u * u;
    }
    return [mean, square - mean * mean];
  }
  const columnOf = (w: number[][], j: number) => w.map((row) => row[j] as number);
  const momentOf = (x: number[][], w: number[][], scale: number, which: 0 | 1) =>
    matrix(4, 3, (b, j) => moments(x[b] as number[], columnOf(w, j), scale)[which]);

  it.each(Object.entries(SCALINGS))(
    '%s has mean and variance of all masks, by their probability',
    (_, scaling) => {
      const { mean, deviation } = dropConnectGaussian(tf.tensor2d(x64), tf.tensor2d(w64), scaling);
      expect(mean).toBeAllClose(momentOf(x64, w64, scaling.scale, 0), TOLERANCE.forward);
      expect(deviation.square()).toBeAllClose(momentOf(x64, w64, scaling.scale, 1), TOLERANCE.forward);
    },
  );

  it.each(Object.entries(SCALINGS))('%s has the gradient of the equation, through relu', (_, scaling) => {
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      gaussianRelu(dropConnectGaussian(x as tf.Tensor2D, w as tf.Tensor2D, scaling));
    const inputs = [tf.tensor2d(x64), tf.tensor2d(w64)];
    const exact = (x: number[][], w: number[][]) =>
      weighed(
        matrix(4, 3, (b, j) => {
          const [m, variance] = moments(x[b] as number[], columnOf(w, j), scaling.scale);
          return reluMean(m, Math.sqrt(variance));
        }),
      );
    const [dx, dw] = tf.grads((x: tf.Tensor, w: tf.Tensor) =>
      f(x, w)
        .mul(tf.tensor2d(weights(4, 3)))
        .sum(),
    )(inputs);
    expect(dx).toBeAllClose(
      numericGradient((x) => exact(x, w64), x64, 1e-4),
      TOLERANCE.gradient,
    );
    expect(dw).toBeAllClose(
      numericGradient((w) => exact(x64, w), w64, 1e-4),
      TOLERANCE.gradient,
    );
  });

  it('of an example of zeros is a point, with finite gradients', () => {
    const [x, w] = [tf.zeros([2, 5]) as tf.Tensor2D, tf.tensor2d(w64)];
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      gaussianRelu(dropConnectGaussian(x as tf.Tensor2D, w as tf.Tensor2D, SCALINGS.inverted));
    expect(f(x, w)).toBeAllClose(tf.zeros([2, 3]), { rtol: 0, atol: 0 });
    for (const gradient of tf.grads((x: tf.Tensor, w: tf.Tensor) => f(x, w).sum())([x, w])) {
      expect(Array.from(gradient.dataSync()).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('gaussianMeanOf', () => {
  const u = of([0.3, -1, 2], [1, 0.5, 0]);
  const normals = tf.tensor2d([
    [0.5, -1, 2],
    [1, 2, 3],
    [-0.7, 0.1, 0],
  ]);
  const samples = normals.arraySync();

  it('is the mean of f over the numbers given, one for each unit', () => {
    const exact = [0.3, -1, 2].map(
      (m, j) =>
        samples.reduce(
          (sum, row) => sum + Math.tanh(m + ([1, 0.5, 0][j] as number) * (row[j] as number)),
          0,
        ) / 3,
    );
    expect(gaussianMeanOf(tf.tanh, u, normals)).toBeAllClose([exact]);
  });

  it('has the gradient of central differences, by mean and deviation', () => {
    checkGradient(
      (mean, deviation) =>
        gaussianMeanOf(tf.tanh, { mean: mean as tf.Tensor2D, deviation: deviation as tf.Tensor2D }, normals),
      [u.mean, u.deviation],
    );
  });

  it('holds one sample at a time, and leaks none', async () => {
    // Read at once: tfjs gives one object for all profiles.
    const peak = async (samples: number) => {
      const sample = () => tf.tanh(tf.ones([64, 64]));
      return (await tf.profile(() => tf.tidy(() => meanOverSamples(samples, sample)))).peakBytes;
    };
    expect((await peak(50)) - (await peak(2))).toBeLessThan(2 * 4 * 64 * 64);
    await checkLeaks(() => tf.tidy(() => gaussianMeanOf(tf.tanh, u, normals)));
  });
});
