import { ArgumentError } from '../arguments/check.js';
import { rangeOf } from './range-of.js';
import {
  type In,
  type Kind,
  type Point,
  type Schedule,
  spanOf,
  UNITS,
  type Unit,
  unitOf,
} from './schedule.js';

type Check = (who: string, argument: string, value: unknown) => void;

const number: Check = (who, argument, value) => {
  if (!Number.isFinite(value)) throw new ArgumentError(who, argument, 'a finite number', value);
};
const positive: Check = (who, argument, value) => {
  if (!(Number.isFinite(value) && (value as number) > 0)) {
    throw new ArgumentError(who, argument, 'a number above 0', value);
  }
};
const interpolation: Check = (who, argument, value) => {
  if (value !== 'linear' && value !== 'constant') {
    throw new ArgumentError(who, argument, "'linear' or 'constant'", value);
  }
};

/** What each kind holds beside its unit. */
const FIELDS: Record<Kind, Record<string, Check>> = {
  constant: { value: number },
  linear: { from: number, to: number },
  cosine: { from: number, to: number },
  polynomial: { from: number, to: number, power: positive },
  exponential: { from: number, factor: positive },
  step: { from: number, factor: positive },
  piecewise: { interpolation },
};

/**
 * Any value as a schedule: what came from JSON, or from a caller without types.
 *
 * @param who the function whose argument it is
 * @throws ArgumentError
 */
export function requireSchedule(who: string, argument: string, value: unknown): Schedule {
  const kinds = Object.keys(FIELDS);
  if (typeof value !== 'object' || value === null || !kinds.includes((value as Schedule).kind)) {
    throw new ArgumentError(who, argument, `a schedule of kind ${kinds.join(', ')}`, value);
  }
  requireFields(argument === who ? who : `${who}: ${argument}`, value as Schedule);
  return value as Schedule;
}

/**
 * A schedule of probabilities.
 *
 * @throws ArgumentError where it is at any time below 0 or above 1
 */
export function requireRates(who: string, argument: string, value: unknown): Schedule {
  const schedule = requireSchedule(who, argument, value);
  const [least, greatest] = rangeOf(schedule);
  if (least >= 0 && greatest <= 1) return schedule;
  const expected = `a schedule within 0 to 1 (this one goes from ${least} to ${greatest})`;
  throw new ArgumentError(who, argument, expected, schedule);
}

/** Checks a schedule of a known kind, field by field. */
export function requireFields(who: string, schedule: Schedule): void {
  const fields = FIELDS[schedule.kind];
  const given = schedule as unknown as Record<string, unknown>;
  for (const [name, check] of Object.entries(fields)) check(who, name, given[name]);
  const timed = schedule.kind !== 'constant';
  const known = ['kind', ...Object.keys(fields), ...(timed ? UNITS : [])];
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ArgumentError(who, 'its arguments', `of ${known.slice(1).join(', ')}`, unknown.join(', '));
  }
  if (!timed) return;
  const units = UNITS.filter((unit) => given[unit] !== undefined);
  if (units.length !== 1) {
    const received = units.join(' and ') || 'none of them';
    throw new ArgumentError(who, 'one of steps, epochs and fraction', 'given', received);
  }
  const unit = unitOf(schedule) as Unit;
  if (schedule.kind === 'piecewise') requirePoints(who, unit, spanOf(schedule as In<readonly Point[]>));
  else requireLength(who, unit, spanOf(schedule as In<number>));
}

function requireLength(who: string, unit: Unit, length: unknown): void {
  if (unit === 'steps' && !(Number.isInteger(length) && (length as number) > 0)) {
    throw new ArgumentError(who, unit, 'a positive integer', length);
  }
  positive(who, unit, length);
  if (unit === 'fraction' && (length as number) > 1) {
    throw new ArgumentError(who, unit, 'above 0 and at most 1', length);
  }
}

function requirePoints(who: string, unit: Unit, points: unknown): void {
  const expected = 'points [time, value] in the order of their times, which start from 0 or later';
  const pair = (p: unknown): p is Point => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
  if (!Array.isArray(points) || points.length === 0 || !points.every(pair)) {
    throw new ArgumentError(who, unit, expected, points);
  }
  const times = points.map(([time]) => time);
  if (times.some((time, i) => time < (times[i - 1] ?? 0)))
    throw new ArgumentError(who, unit, expected, points);
  if (unit === 'fraction' && (times.at(-1) as number) > 1) {
    throw new ArgumentError(who, unit, 'points of times from 0 to 1', points);
  }
}
