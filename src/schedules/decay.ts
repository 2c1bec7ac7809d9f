import { type Schedule, spanOf } from './schedule.js';

export type Decay = Extract<Schedule, { kind: 'exponential' | 'step' }>;

/** `from factor^(t / N)`, or of the whole part of t / N; t may be infinite. */
export function decayed(schedule: Decay, time: number): number {
  const { kind, from, factor } = schedule;
  // Where the power is not a number: 0 times infinity, and 1 to it.
  if (from === 0 || factor === 1) return from;
  const periods = time / spanOf<number>(schedule);
  // Three tenths over a tenth, both rounded, are a little less than 3.
  return from * factor ** (kind === 'step' ? Math.floor(periods * (1 + 2 * Number.EPSILON)) : periods);
}
