/** Resizes beside their equation in float64, and their gradients beside its differences. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';
import { cotangent, gradient64, type Nd, sampleNd } from '../support/nd.js';
import { type Resize, resize } from '../support/resize64.js';
import { TOLERANCE } from '../support/tolerances.js';

const MODES = [
  { alignCorners: false, halfPixelCenters: false },
  { alignCorners: true, halfPixelCenters: false },
  { alignCorners: false, halfPixelCenters: true },
];

const SIZES: [from: [number, number], to: [number, number]][] = [
  [
    [2, 3],
    [4, 6],
  ],
  [
    [5, 4],
    [3, 7],
  ],
  // One pixel, of which aligned corners never end on cpu.
  [
    [1, 2],
    [3, 1],
  ],
];

const CASES = (['nearest', 'bilinear'] as const).flatMap((kind) =>
  MODES.flatMap((mode) => SIZES.map(([from, to]) => ({ kind, from, to, ...mode }))),
);

describe('resizing', () => {
  it.each(CASES)('$kind from $from to $to, corners $alignCorners, centers $halfPixelCenters', (test) => {
    const { from, to, alignCorners, halfPixelCenters } = test;
    const x = sampleNd([2, ...from, 2], 1);
    const y = resize(x, test);
    const weights = cotangent(y.values.length);
    const along = (x: Nd) =>
      resize(x, test).values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
    const op = (x: tf.Tensor) => ops[test.kind](x as tf.Tensor4D, to, alignCorners, halfPixelCenters);
    accelerated(() =>
      tf.tidy(() => {
        const images = tf.tensor(x.values, x.shape);
        expect(op(images)).toBeAllClose(tf.tensor(y.values, y.shape), TOLERANCE.forward);
        const gradient = tf.grad(op)(images, tf.tensor(weights, y.shape));
        expect(gradient.shape).toEqual(x.shape);
        expect(gradient).toBeAllClose(gradient64(along, x), TOLERANCE.gradient);
      }),
    );
  });

  it.each(['nearest', 'bilinear'] as const)('%s has a gradient that can be differentiated again', (kind) => {
    accelerated(() =>
      tf.tidy(() => {
        const x = tf.tensor(sampleNd([1, 2, 2, 1], 1).values, [1, 2, 2, 1]);
        const cubed = (x: tf.Tensor) => tf.sum(tf.pow(ops[kind](x as tf.Tensor4D, [3, 3], true), 3));
        const slope = (x: tf.Tensor) => tf.sum(tf.square(tf.grad(cubed)(x)));
        const h = 1e-2;
        const moved = (by: number) => slope(tf.add(x, by)).dataSync()[0] as number;
        const received = tf.sum(tf.grad(slope)(x)).dataSync()[0] as number;
        expect(received / ((moved(h) - moved(-h)) / (2 * h))).toBeCloseTo(1, 2);
      }),
    );
  });

  const kinds = (['nearest', 'bilinear'] as const).flatMap((kind) =>
    MODES.map((mode) => ({ kind, ...mode })),
  );
  it.for(kinds)('keeps NaN of the gradient where it is, %j', (test, { skip }) => {
    const { kind, alignCorners, halfPixelCenters } = test;
    const backend = tf.getBackend();
    skip(kind === 'bilinear' && backend !== 'cpu', 'there it is multiplied by weights of 0');
    skip(backend === 'webgl' && alignCorners, 'there it is a product of matrices');
    const to: [number, number] = [4, 9];
    const dy = cotangent(4 * 9).with(14, Number.NaN);
    const unit = (pixel: number): Nd => ({
      shape: [1, 2, 3, 1],
      values: new Array<number>(6).fill(0).with(pixel, 1),
    });
    // Each value of dy goes to the pixels that it was made of, and to no others.
    const expected = [0, 1, 2, 3, 4, 5].map((pixel) =>
      resize(unit(pixel), { ...test, to }).values.reduce(
        (sum, weight, i) => (weight === 0 ? sum : sum + weight * (dy[i] as number)),
        0,
      ),
    );
    expect(expected.some(Number.isNaN)).toBe(true);
    expect(expected.every(Number.isNaN)).toBe(false);
    const op = (x: tf.Tensor) => ops[kind](x as tf.Tensor4D, to, alignCorners, halfPixelCenters);
    accelerated(() =>
      tf.tidy(() => {
        const gradient = tf.grad(op)(tf.zeros([1, 2, 3, 1]), tf.tensor(dy, [1, ...to, 1]));
        expect(gradient).toBeAllClose(tf.tensor(expected, [1, 2, 3, 1]), TOLERANCE.gradient);
      }),
    );
  });
});

const ops: Record<Resize['kind'], typeof tf.image.resizeBilinear> = {
  nearest: tf.image.resizeNearestNeighbor,
  bilinear: tf.image.resizeBilinear,
};
