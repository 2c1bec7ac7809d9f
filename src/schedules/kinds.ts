import { requireFields } from './require-schedule.js';
import type { In, Point, Schedule } from './schedule.js';

/** Which schedule a factory makes of its arguments. */
type Made<K extends Schedule['kind']> = Extract<Schedule, { kind: K }>;

function make<K extends Schedule['kind']>(who: string, kind: K, fields: Omit<Made<K>, 'kind'>): Made<K> {
  requireFields(who, kind, fields ?? {});
  return { kind, ...fields } as Made<K>;
}

/** `value`, at any time. */
export function constant(value: number): Made<'constant'> {
  return make('constant', 'constant', { value });
}

/**
 * From `from` to `to` in a straight line, then `to`: `from + (to - from) t / N`.
 *
 * `linear({ from: 0.5, to: 0, steps: 1000 })`, or `epochs: 10`, or `fraction: 0.3` of all training.
 */
export function linear(args: { from: number; to: number } & In<number>): Made<'linear'> {
  return make('linear', 'linear', args);
}

/**
 * From `from` to `to` along half a cosine, then `to`: `to + (from - to) (1 + cos(pi t / N)) / 2`.
 *
 * Source: Loshchilov and Hutter, "SGDR", arXiv 1608.03983, equation 5, without restarts.
 */
export function cosine(args: { from: number; to: number } & In<number>): Made<'cosine'> {
  return make('cosine', 'cosine', args);
}

/** From `from` to `to` by a power, then `to`: `to + (from - to) (1 - t / N)^power`; the power is above 0, 1 by default. */
export function polynomial(
  args: { from: number; to: number; power?: number } & In<number>,
): Made<'polynomial'> {
  return make('polynomial', 'polynomial', { power: 1, ...args });
}

/** Times `factor`, above 0, in each N, evenly and without end: `from factor^(t / N)`. */
export function exponential(args: { from: number; factor: number } & In<number>): Made<'exponential'> {
  return make('exponential', 'exponential', args);
}

/** Times `factor`, above 0, after each N, at once and without end: `from factor^floor(t / N)`. */
export function stepDecay(args: { from: number; factor: number } & In<number>): Made<'step'> {
  return make('stepDecay', 'step', args);
}

/**
 * Through points `[time, value]`, in a straight line from each to the next, or as a stair (`interpolation: 'constant'`).
 * Before the first point it has its value, after the last its; two points of one time are a jump.
 *
 * `piecewise({ fraction: [[0, 0], [0.75, 0.3], [1, 0]] })`
 */
export function piecewise(
  args: { interpolation?: 'linear' | 'constant' } & In<readonly Point[]>,
): Made<'piecewise'> {
  return make('piecewise', 'piecewise', { interpolation: 'linear', ...args });
}
