import * as tf from '@tensorflow/tfjs';

export interface Tolerance {
  /** Relative to the expected element. Default: 1e-5. */
  rtol?: number;
  /** Absolute. Default: 1e-6. */
  atol?: number;
}

/** A tensor, a typed array, a number, or nested arrays of numbers. */
export type TensorLike = tf.Tensor | ArrayLike<number> | number | unknown[];

export interface Difference {
  /** Whether shapes agree and every element is within atol + rtol |expected|. */
  close: boolean;
  /** The largest error and its place, or the shapes that differ. */
  message: string;
}

/** Compares two tensors element by element; NaN equals only NaN, an infinity only itself. */
export function difference(
  actual: TensorLike,
  expected: TensorLike,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): Difference {
  const a = plain(actual);
  const e = plain(expected);
  if (a.values.length !== e.values.length || (a.shape && e.shape && String(a.shape) !== String(e.shape))) {
    return { close: false, message: `shapes differ: received ${showShape(a)}, expected ${showShape(e)}` };
  }
  let worst = { excess: Number.NEGATIVE_INFINITY, index: 0, error: 0 };
  for (let i = 0; i < e.values.length; i++) {
    const x = a.values[i]!;
    const y = e.values[i]!;
    const same = Object.is(x, y) || x === y;
    const error = same ? 0 : Math.abs(x - y);
    // Against an infinity every tolerance is infinite, so only the infinity itself may pass.
    const excess = same ? -atol : Number.isFinite(error) ? error - (atol + rtol * Math.abs(y)) : Infinity;
    if (excess > worst.excess) worst = { excess, index: i, error };
  }
  const place = JSON.stringify(unravel(worst.index, a.shape ?? e.shape ?? [e.values.length]));
  return {
    close: worst.excess <= 0,
    message:
      `largest error ${worst.error.toPrecision(3)} at ${place}: received ${a.values[worst.index]}, ` +
      `expected ${e.values[worst.index]} (rtol ${rtol}, atol ${atol})`,
  };
}

/**
 * What {@link toBeAllClose} adds to the matchers of a test runner; for vitest, in any `.d.ts` of a project:
 * `declare module 'vitest' { interface Matchers<T> extends AllCloseMatchers<T> {} }`.
 */
export interface AllCloseMatchers<R> {
  /** Every element within atol + rtol |expected| of the expected one. */
  toBeAllClose(expected: TensorLike, tolerance?: Tolerance): R;
}

/**
 * A matcher for vitest and jest: `expect.extend({ toBeAllClose })`, then
 * `expect(tensor).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-6 })`. Its message names the largest error and its place.
 */
export function toBeAllClose(
  actual: TensorLike,
  expected: TensorLike,
  tolerance: Tolerance = {},
): { pass: boolean; message: () => string } {
  const { close, message } = difference(actual, expected, tolerance);
  return { pass: close, message: () => message };
}

interface Plain {
  values: ArrayLike<number>;
  /** null where the value is a flat array, which may stand for any shape. */
  shape: number[] | null;
}

function plain(value: TensorLike): Plain {
  if (value instanceof tf.Tensor) return { values: value.dataSync(), shape: value.shape };
  if (typeof value === 'number') return { values: [value], shape: null };
  if (Array.isArray(value) && Array.isArray(value[0])) {
    return { values: numbersIn(value), shape: shapeOf(value) };
  }
  return { values: value as ArrayLike<number>, shape: null };
}

function numbersIn(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(numbersIn) : [Number(value)];
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

function showShape({ shape, values }: Plain): string {
  return shape ? JSON.stringify(shape) : `${values.length} numbers`;
}

function unravel(index: number, shape: number[]): number[] {
  const place: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    place.unshift(index % size);
    index = Math.floor(index / size);
  }
  return place;
}
