import { type In, type Point, type Schedule, spanOf, unitOf } from './schedule.js';
import { valueAt } from './value-at.js';

/** The least and the greatest value of a schedule over all time from 0; a limit that is only approached counts. */
export function rangeOf(schedule: Schedule): [least: number, greatest: number] {
  const values = extremes(schedule);
  return [Math.min(...values), Math.max(...values)];
}

function extremes(schedule: Schedule): number[] {
  switch (schedule.kind) {
    case 'constant':
      return [schedule.value];
    case 'piecewise':
      return spanOf(schedule as In<readonly Point[]>).map(([, value]) => value);
    case 'exponential':
    case 'step':
      return [schedule.from, atTheEnd(schedule)];
    default:
      return [schedule.from, schedule.to];
  }
}

/** Where a schedule without end tends to; the fraction of training does end, at 1. */
function atTheEnd(schedule: Extract<Schedule, { kind: 'exponential' | 'step' }>): number {
  const { from, factor } = schedule;
  if (unitOf(schedule) === 'fraction') return valueAt(schedule, { fraction: 1 });
  if (factor === 1 || from === 0) return from;
  return factor < 1 ? 0 : from * Number.POSITIVE_INFINITY;
}
