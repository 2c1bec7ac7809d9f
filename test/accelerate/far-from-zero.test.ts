/** Normalization of numbers whose mean is far above their deviation: nowhere further from float64 than tfjs's own. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subtractBatchMean } from '../../src/ops/batch-mean.js';
import { layerNorm } from '../../src/ops/layer-norm.js';
import { accelerated } from '../support/accelerated.js';
import { dot, type Matrix, matrix, mean } from '../support/float64.js';

const EPSILON = 1e-3;
const RUNS = { numRuns: tf.getBackend() === 'webgl' ? 4 : 12, seed: 5 };

/** Values in steps of 2^-9, so that float32 holds them at any offset; a deviation of 0 makes them all alike. */
const drawn = fc.record({
  offset: fc.constantFrom(0, 33.25, -100, 1000, 10_000),
  deviation: fc.constantFrom(0, 0.125, 1, 4),
  seed: fc.integer({ min: 1, max: 1000 }),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer D> ? D : never;

const noise = (seed: number, i: number, j: number) =>
  Math.sin(seed * 12.9898 + i * 78.233 + j * 37.719) * 1.4;
const filled = (rows: number, columns: number, { offset, deviation, seed }: Drawn): Matrix =>
  matrix(rows, columns, (i, j) =>
    Math.fround(offset + Math.round(512 * deviation * noise(seed, i, j)) / 512),
  );
const transposed = (m: Matrix): Matrix =>
  matrix((m[0] as number[]).length, m.length, (i, j) => m[j]?.[i] as number);

/** The normalized values of one row and the gradient by them, in float64. */
function exactRow(x: number[], d: number[]): { normal: number[]; dx: number[] } {
  const mu = mean(x);
  const inverse = 1 / Math.sqrt(mean(x.map((value) => (value - mu) ** 2)) + EPSILON);
  const normal = x.map((value) => (value - mu) * inverse);
  const [centre, along] = [mean(d), dot(d, normal) / d.length];
  return { normal, dx: d.map((value, i) => inverse * (value - centre - (normal[i] as number) * along)) };
}

interface Outcome {
  y: number[];
  dx: number[];
  dgain: number[];
  dbias: number[];
}

/** Of rows that are normalized each by itself, with a gain and a bias for each column, or for each row. */
function exact(x: Matrix, gain: number[], bias: number[], dy: Matrix, ofRows: boolean): Outcome {
  const weight = (i: number, j: number) => (ofRows ? i : j);
  const rows = x.map((row, i) =>
    exactRow(
      row,
      (dy[i] as number[]).map((d, j) => d * (gain[weight(i, j)] as number)),
    ),
  );
  const sums = (f: (i: number, j: number) => number) =>
    gain.map((_, k) =>
      x.reduce((sum, row, i) => sum + row.reduce((s, _, j) => (weight(i, j) === k ? s + f(i, j) : s), 0), 0),
    );
  return {
    y: rows.flatMap(({ normal }, i) =>
      normal.map((n, j) => n * (gain[weight(i, j)] as number) + (bias[weight(i, j)] as number)),
    ),
    dx: rows.flatMap(({ dx }) => dx),
    dgain: sums((i, j) => (dy[i]?.[j] as number) * (rows[i]?.normal[j] as number)),
    dbias: sums((i, j) => dy[i]?.[j] as number),
  };
}

/** The largest error of each, and the size of what is computed. */
const errors = (received: Outcome, expected: Outcome) =>
  (Object.keys(expected) as (keyof Outcome)[]).map((name) => ({
    name,
    size: Math.max(...expected[name].map(Math.abs)),
    error: Math.max(...expected[name].map((value, i) => Math.abs(value - (received[name][i] as number)))),
  }));

/** Not above 1.2 times tfjs's error, and some roundings. */
function expectNoFurther(fast: Outcome, stock: Outcome, expected: Outcome): void {
  const own = errors(stock, expected);
  for (const [i, { name, size, error }] of errors(fast, expected).entries()) {
    expect(error, name).toBeLessThanOrEqual(1.2 * (own[i]?.error as number) + 2e-6 * (1 + size));
  }
}

const list = (t: tf.Tensor): number[] => Array.from(t.dataSync());

function outcome(layer: tf.layers.Layer, x: tf.Tensor, dy: tf.Tensor): Outcome {
  return tf.tidy(() => {
    const call = (x: tf.Tensor) => layer.call(x, { training: true }) as tf.Tensor;
    const weights = layer.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
    const loss = (x: tf.Tensor) => call(x).mul(dy).sum().asScalar();
    const { grads } = tf.variableGrads(() => loss(x) as tf.Scalar, weights);
    const [dgain, dbias] = weights.map(({ name }) => list(grads[name] as tf.Tensor)) as [number[], number[]];
    return { y: list(call(x)), dx: list(tf.grad(loss)(x)), dgain, dbias };
  });
}

const [ROWS, COLUMNS] = [24, 7];
const GAIN = Array.from({ length: ROWS }, (_, i) => Math.fround(1 + 0.5 * Math.sin(i)));
const BIAS = Array.from({ length: ROWS }, (_, i) => Math.fround(0.3 * Math.cos(i)));
const dyOf = (rows: number, columns: number) => matrix(rows, columns, (i, j) => Math.fround(noise(3, j, i)));

describe('far from 0', () => {
  it('layer normalization', () => {
    fc.assert(
      fc.property(drawn, (drawn) => {
        const x = filled(COLUMNS, ROWS, drawn);
        const dy = dyOf(COLUMNS, ROWS);
        const layer = tf.layers.layerNormalization({ epsilon: EPSILON });
        layer.apply(tf.tensor2d(x));
        layer.setWeights([tf.tensor1d(GAIN), tf.tensor1d(BIAS)]);
        const run = () => outcome(layer, tf.tensor2d(x), tf.tensor2d(dy));
        const stock = run();
        expectNoFurther(accelerated(run), stock, exact(x, GAIN, BIAS, dy, false));
        layer.dispose();
      }),
      RUNS,
    );
  });

  it.each([2, 4])('batch normalization of rank %i, with averages of x itself', (rank) => {
    fc.assert(
      fc.property(drawn, (drawn) => {
        // Channels as rows, each normalized by itself.
        const channels = filled(COLUMNS, ROWS, drawn);
        const dy = dyOf(COLUMNS, ROWS);
        const shape = rank === 2 ? [ROWS, COLUMNS] : [2, 3, ROWS / 6, COLUMNS];
        const tensor = (m: Matrix) => tf.tensor2d(transposed(m)).reshape(shape);
        const [gain, bias] = [GAIN.slice(0, COLUMNS), BIAS.slice(0, COLUMNS)];
        const build = () => {
          const layer = tf.layers.batchNormalization({ epsilon: EPSILON, momentum: 0 });
          layer.apply(tensor(channels));
          const [, , mu, variance] = layer.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
          layer.setWeights([tf.tensor1d(gain), tf.tensor1d(bias), mu, variance]);
          return layer;
        };
        const byChannel = (values: number[]) =>
          transposed(matrix(ROWS, COLUMNS, (i, j) => values[i * COLUMNS + j] as number)).flat();
        const run = (layer: tf.layers.Layer): Outcome => {
          const { y, dx, ...rest } = outcome(layer, tensor(channels), tensor(dy));
          return { y: byChannel(y), dx: byChannel(dx), ...rest };
        };
        const [own, fast] = [build(), build()];
        const stock = run(own);
        expectNoFurther(
          accelerated(() => run(fast)),
          stock,
          exact(channels, gain, bias, dy, true),
        );
        const [mu, variance] = fast.getWeights().slice(-2).map(list) as [number[], number[]];
        const means = channels.map(mean);
        expect(mu).toBeAllClose(means, { rtol: 1e-6, atol: 1e-6 });
        const [, exactVariance] = [
          means,
          channels.map((row, i) => mean(row.map((v) => (v - (means[i] as number)) ** 2))),
        ];
        const ownError = Math.max(
          ...list(own.getWeights()[3] as tf.Tensor).map((v, i) => Math.abs(v - (exactVariance[i] as number))),
        );
        expect(variance).toBeAllClose(exactVariance, { rtol: 1e-5, atol: 1e-6 + 1.2 * ownError });
        own.dispose();
        fast.dispose();
      }),
      RUNS,
    );
  });

  it('the op of layer normalization, beside a composition', () => {
    fc.assert(
      fc.property(drawn, (drawn) => {
        const [x, dy] = [filled(COLUMNS, ROWS, drawn), dyOf(COLUMNS, ROWS)];
        const inputs = [tf.tensor2d(x), tf.tensor1d(GAIN), tf.tensor1d(BIAS)] as const;
        const run = (op: (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) => tf.Tensor): Outcome =>
          tf.tidy(() => {
            const [dx, dgain, dbias] = tf
              .grads(op)([...inputs], tf.tensor2d(dy))
              .map(list) as [number[], number[], number[]];
            return { y: list(op(...inputs)), dx, dgain, dbias };
          });
        const composition = (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) => {
          const { mean, variance } = tf.moments(x, 1, true);
          return x.sub(mean).div(variance.add(EPSILON).sqrt()).mul(gain).add(bias);
        };
        const op = (x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor) =>
          layerNorm(x as tf.Tensor2D, gain as tf.Tensor1D, bias as tf.Tensor1D, { epsilon: EPSILON });
        expectNoFurther(run(op), run(composition), exact(x, GAIN, BIAS, dy, false));
        tf.dispose([...inputs]);
      }),
      RUNS,
    );
  });

  it('the op of mean-only batch normalization, beside a composition', () => {
    fc.assert(
      fc.property(drawn, (drawn) => {
        tf.tidy(() => {
          const x = transposed(filled(COLUMNS, ROWS, drawn));
          const bias = BIAS.slice(0, COLUMNS);
          const means = transposed(x).map(mean);
          const expected = x.map((row) => row.map((v, j) => v - (means[j] as number) + (bias[j] as number)));
          const error = (y: tf.Tensor) =>
            Math.max(...list(y).map((v, i) => Math.abs(v - (expected.flat()[i] as number))));
          const t = tf.tensor2d(x);
          const { y } = subtractBatchMean(t, tf.tensor1d(bias), -1);
          const composition = t.sub(tf.mean(t, 0)).add(tf.tensor1d(bias));
          expect(error(y)).toBeLessThanOrEqual(1.2 * error(composition) + 1e-6);
        });
      }),
      RUNS,
    );
  });
});
