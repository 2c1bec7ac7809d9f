import { ArgumentError } from '../errors/argument-error.js';
import { positiveInteger } from '../errors/checks.js';
import { rangeOf } from './range-of.js';
import { type Kind, type Point, type Schedule, UNITS, type Unit } from './schedule.js';

type Check = (who: string, argument: string, value: unknown) => void;
/** Of the length of a schedule, or of its points. */
type SpanCheck = (who: string, unit: Unit, span: unknown) => void;

const number: Check = (who, argument, value) => {
  if (!Number.isFinite(value)) throw new ArgumentError(who, argument, 'a finite number', value);
};
const positive: Check = (who, argument, value) => {
  if (!(typeof value === 'number' && Number.isFinite(value) && value > 0)) {
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
  if (!hasKind(value)) {
    throw new ArgumentError(who, argument, `a schedule of kind ${kinds.join(', ')}`, value);
  }
  const { kind, ...fields } = value;
  requireFields(`${who}: ${argument}`, kind, fields);
  return value;
}

const hasKind = (value: unknown): value is Schedule =>
  typeof value === 'object' && value !== null && 'kind' in value && String(value.kind) in FIELDS;

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

/** Checks everything that a schedule of this kind holds beside the kind. */
export function requireFields(who: string, kind: Kind, given: object): void {
  const spans: Partial<Record<Kind, SpanCheck | null>> = { constant: null, piecewise: requirePoints };
  const span = spans[kind];
  requireArguments(who, given, FIELDS[kind], span === undefined ? requireLength : span);
}

/** Checks arguments by their names, that there is one unit among them (none where null), and that there are no others. */
export function requireArguments(
  who: string,
  given: object,
  checks: Record<string, Check>,
  requireSpan: SpanCheck | null,
): void {
  const values: Record<string, unknown> = { ...given };
  for (const [name, check] of Object.entries(checks)) check(who, name, values[name]);
  const known = [...Object.keys(checks), ...(requireSpan ? UNITS : [])];
  const unknown = Object.keys(values).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ArgumentError(who, 'its arguments', `of ${known.join(', ')}`, unknown.join(', '));
  }
  if (!requireSpan) return;
  const [unit, ...more] = UNITS.filter((unit) => values[unit] !== undefined);
  if (unit === undefined || more.length > 0) {
    const received = [unit, ...more].join(' and ') || 'none of them';
    throw new ArgumentError(who, 'one of steps, epochs and fraction', 'given', received);
  }
  requireSpan(who, unit, values[unit]);
}

export function requireLength(who: string, unit: Unit, length: unknown): void {
  if (unit === 'steps') positiveInteger(who, unit, length);
  positive(who, unit, length);
  if (unit === 'fraction' && typeof length === 'number' && length > 1) {
    throw new ArgumentError(who, unit, 'above 0 and at most 1', length);
  }
}

function requirePoints(who: string, unit: Unit, points: unknown): void {
  const expected = 'points [time, value] in the order of their times, which start from 0 or later';
  const pair = (p: unknown): p is Point => Array.isArray(p) && p.length === 2;
  if (!Array.isArray(points) || points.length === 0 || !points.every(pair)) {
    throw new ArgumentError(who, unit, expected, points);
  }
  points.forEach(([time, value], i) => {
    number(who, `${unit}[${i}][0]`, time);
    number(who, `${unit}[${i}][1]`, value);
  });
  const times = points.map(([time]) => time);
  if (times.some((time, i) => time < (times[i - 1] ?? 0))) {
    throw new ArgumentError(who, unit, expected, points);
  }
  if (unit === 'fraction' && (times.at(-1) ?? 0) > 1) {
    throw new ArgumentError(who, unit, 'points of times from 0 to 1', points);
  }
}
