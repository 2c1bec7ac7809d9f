import { decayed } from './decay.js';
import { type Point, type Schedule, spanOf, unitOf } from './schedule.js';

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
      return spanOf<readonly Point[]>(schedule).map(([, value]) => value);
    case 'exponential':
    case 'step':
      // The fraction of training ends, at 1; steps and epochs need not.
      return [
        schedule.from,
        decayed(schedule, unitOf(schedule) === 'fraction' ? 1 : Number.POSITIVE_INFINITY),
      ];
    default:
      return [schedule.from, schedule.to];
  }
}
