import { ArgumentError } from './argument-error.js';

/** Returns the value of an argument. @throws ArgumentError for one out of its domain */
export type Check<T> = (owner: string, argument: string, value: unknown) => T;

export const isInteger = (value: unknown): value is number => Number.isInteger(value);

export const positiveInteger: Check<number> = (owner, argument, value) => {
  if (isInteger(value) && value > 0) return value;
  throw new ArgumentError(owner, argument, 'a positive integer', value);
};

/** A number of things: an integer of 0 or more. */
export const count: Check<number> = (owner, argument, value) => {
  if (isInteger(value) && value >= 0) return value;
  throw new ArgumentError(owner, argument, 'an integer of 0 or more', value);
};

/** In [0, 1]. */
export const probability: Check<number> = (owner, argument, value) => {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new ArgumentError(owner, argument, 'a number from 0 to 1', value);
};

export const finite: Check<number> = (owner, argument, value) => {
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return value;
  throw new ArgumentError(owner, argument, 'a finite number of float32', value);
};

/** The smallest normal number of float32. */
const SMALLEST = 2 ** -126;

export const positive: Check<number> = (owner, argument, value) => {
  if (typeof value === 'number' && value >= SMALLEST && Number.isFinite(Math.fround(value))) return value;
  throw new ArgumentError(owner, argument, 'a number above 0, within float32', value);
};

export const flag: Check<boolean> = (owner, argument, value) => {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(owner, argument, 'true or false', value);
};

export const oneOf =
  <T extends string>(...known: readonly T[]): Check<T> =>
  (owner, argument, value) => {
    const found = known.find((name) => name === value);
    if (found !== undefined) return found;
    throw new ArgumentError(owner, argument, known.map((name) => `'${name}'`).join(' or '), value);
  };

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (owner, argument, value) =>
    value === null ? null : check(owner, argument, value);

/** A seed of the generator: an integer in [0, 2^31). */
export const seedNumber: Check<number> = (owner, argument, value) => {
  if (isInteger(value) && value >= 0 && value < 2 ** 31) return value;
  throw new ArgumentError(owner, argument, 'an integer from 0 to 2147483647', value);
};
