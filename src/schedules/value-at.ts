import { ArgumentError } from '../errors/argument-error.js';
import { decayed } from './decay.js';
import { requireSchedule } from './require-schedule.js';
import { type Point, type Schedule, spanOf, type Unit, unitIn } from './schedule.js';

/** A moment of training, as far as it is known. */
export interface Time {
  /** Training steps done. */
  step?: number;
  /** Epochs done, with the part of the one that is running. */
  epoch?: number;
  /** The part of all training that is done, from 0 to 1; more counts as 1. */
  fraction?: number;
}

/**
 * The value of a schedule at a time.
 *
 * @param at a number of training steps, or a time in other units; negative times count as 0
 * @throws ArgumentError for what is no schedule, and where it runs by a time that is not given
 */
export function valueAt(schedule: Schedule, at: number | Time): number {
  requireSchedule('valueAt', 'schedule', schedule);
  if (schedule.kind === 'constant') return schedule.value;
  const time = timeIn(unitIn(schedule), at);
  if (schedule.kind === 'piecewise') return between(schedule, time);
  if (schedule.kind === 'exponential' || schedule.kind === 'step') return decayed(schedule, time);
  const part = time / spanOf<number>(schedule);
  const { from, to } = schedule;
  if (part === 0 || part >= 1) return part === 0 ? from : to;
  // Between the two whatever is rounded.
  const value = to + (from - to) * remaining(schedule, part);
  return Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to));
}

/** How much of the way from `to` back to `from` is left: 1 at the start, 0 at the end. */
function remaining(
  schedule: Extract<Schedule, { kind: 'linear' | 'cosine' | 'polynomial' }>,
  part: number,
): number {
  if (schedule.kind === 'cosine') return (1 + Math.cos(Math.PI * part)) / 2;
  return schedule.kind === 'polynomial' ? (1 - part) ** schedule.power : 1 - part;
}

/** On the line through the points; where two have one time, the later holds from there. */
function between(schedule: Extract<Schedule, { kind: 'piecewise' }>, time: number): number {
  const points = spanOf<readonly Point[]>(schedule);
  // A time and a point that are equal may be rounded apart.
  const next = points.findIndex(([t]) => t > time * (1 + 2 * Number.EPSILON));
  const [t0, v0] = points.at(next === -1 ? -1 : Math.max(0, next - 1))!;
  if (next <= 0 || schedule.interpolation === 'constant') return v0;
  const [t1, v1] = points[next]!;
  const value = v0 + ((v1 - v0) * (time - t0)) / (t1 - t0);
  return Math.min(Math.max(value, Math.min(v0, v1)), Math.max(v0, v1));
}

const NAMES = { steps: 'step', epochs: 'epoch', fraction: 'fraction' } as const;

function timeIn(unit: Unit, at: number | Time): number {
  const name = NAMES[unit];
  const value = (typeof at === 'number' ? { step: at } : at)?.[name];
  if (value === undefined || !Number.isFinite(value)) {
    const expected = `a time with a finite ${name}, such as { ${name}: 1 }, since the schedule runs by ${unit}`;
    throw new ArgumentError('valueAt', 'at', expected, value ?? at);
  }
  const end = unit === 'fraction' ? 1 : Number.POSITIVE_INFINITY;
  return Math.min(Math.max(0, value), end);
}
