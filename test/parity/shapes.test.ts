import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/ops/cosine.js';
import { weightNormProduct } from '../../src/ops/weight-norm.js';
import {
  column,
  dot,
  type Matrix,
  matrix,
  sample,
  subtractMean,
  weighed,
  weights,
} from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

/** Small sizes, odd and even alike: what a backend keeps beside an odd matrix must not leak into sums over it. */
const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 9 }),
  features: fc.integer({ min: 2, max: 9 }),
  units: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer({ min: 1, max: 50 }),
});
const norm = (v: number[]) => Math.sqrt(dot(v, v));
const cosine64 = (x: Matrix, w: Matrix, prepare: (v: number[]) => number[]) =>
  matrix(x.length, w[0]?.length as number, (i, j) => {
    const [a, b] = [prepare(x[i] as number[]), prepare(column(w, j))];
    return dot(a, b) / (norm(a) * norm(b));
  });

describe.each([
  ['cosine', (v: number[]) => v, (x: tf.Tensor2D, w: tf.Tensor2D) => cosine(x, w)],
  ['centred cosine', subtractMean, (x: tf.Tensor2D, w: tf.Tensor2D) => cosine(x, w, null, { center: true })],
] as const)('%s at any size', (_, prepare, op) => {
  it('equals its float64 restatement, and its gradient that of its own parts', () => {
    fc.assert(
      fc.property(sizes, ({ batch, features, units, seed }) => {
        // With two features a centred vector is a multiple of [1, -1], and its cosine has no gradient to compare.
        fc.pre(prepare === subtractMean ? features > 2 : true);
        const [x, w] = [sample(batch, features, seed), sample(features, units, seed + 1)];
        fc.pre(x.every((row) => norm(prepare([...row])) > 0.3));
        fc.pre(w[0]?.every((_, j) => norm(prepare(column(w, j))) > 0.3) ?? false);
        tf.tidy(() => {
          const inputs = [tf.tensor2d(x), tf.tensor2d(w)] as const;
          expect(op(...inputs)).toBeAllClose(cosine64(x, w, prepare).flat(), TOLERANCE.forward);
          const c = tf.tensor2d(weights(batch, units));
          const [dx, dw] = tf.grads((a, b) =>
            op(a as tf.Tensor2D, b as tf.Tensor2D)
              .mul(c)
              .sum(),
          )([...inputs]);
          // Along the vectors themselves nothing changes: the gradient is orthogonal to each.
          expect((dx as tf.Tensor).mul(inputs[0]).sum(1)).toBeAllClose(
            Array(batch).fill(0),
            TOLERANCE.gradient,
          );
          expect((dw as tf.Tensor).mul(inputs[1]).sum(0)).toBeAllClose(
            Array(units).fill(0),
            TOLERANCE.gradient,
          );
          const step = 1e-5;
          const moved = (m: Matrix, by: Matrix) =>
            m.map((row, i) => row.map((v, j) => v + step * (by[i]?.[j] as number)));
          const direction = sample(batch, features, seed + 2);
          const along = (sign: number) =>
            weighed(
              cosine64(
                moved(
                  x,
                  direction.map((row) => row.map((v) => sign * v)),
                ),
                w,
                prepare,
              ),
            );
          const slope = (along(1) - along(-1)) / (2 * step);
          expect((dx as tf.Tensor).mul(tf.tensor2d(direction)).sum()).toBeAllClose([slope], {
            rtol: 1e-3,
            atol: 1e-4,
          });
        });
      }),
      { numRuns: 12, seed: 1 },
    );
  });
});

describe('weightNormProduct at any size', () => {
  it('equals its float64 restatement', () => {
    fc.assert(
      fc.property(sizes, ({ batch, features, units, seed }) => {
        const [x, v, g] = [
          sample(batch, features, seed),
          sample(features, units, seed + 1),
          sample(1, units, seed + 2),
        ];
        fc.pre(v[0]?.every((_, j) => norm(column(v, j)) > 0.3) ?? false);
        const expected = matrix(batch, units, (i, j) => {
          const direction = column(v, j);
          return ((g[0]?.[j] as number) * dot(x[i] as number[], direction)) / norm(direction);
        });
        tf.tidy(() => {
          const y = weightNormProduct(tf.tensor2d(x), tf.tensor2d(v), tf.tensor1d(g[0] as number[]));
          expect(y).toBeAllClose(expected.flat(), TOLERANCE.forward);
        });
      }),
      { numRuns: 12, seed: 1 },
    );
  });
});
