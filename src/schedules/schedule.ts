/** What time is counted in: training steps, epochs, or the part of all training that is done, from 0 to 1. */
export type Unit = 'steps' | 'epochs' | 'fraction';

export const UNITS: readonly Unit[] = ['steps', 'epochs', 'fraction'];

/** One of `steps`, `epochs` and `fraction`. */
export type In<T> =
  | { steps: T; epochs?: never; fraction?: never }
  | { epochs: T; steps?: never; fraction?: never }
  | { fraction: T; steps?: never; epochs?: never };

/** A time and the value there. */
export type Point = readonly [time: number, value: number];

/**
 * A number that changes with time, as plain data: it survives JSON, and {@link valueAt} evaluates it. With t the time and
 * N the length, both in the unit of the schedule:
 */
export type Schedule =
  /** `value` */
  | { kind: 'constant'; value: number }
  /** `from + (to - from) t / N`, then `to` */
  | ({ kind: 'linear'; from: number; to: number } & In<number>)
  /** `to + (from - to) (1 + cos(pi t / N)) / 2`, then `to` */
  | ({ kind: 'cosine'; from: number; to: number } & In<number>)
  /** `to + (from - to) (1 - t / N)^power`, then `to` */
  | ({ kind: 'polynomial'; from: number; to: number; power: number } & In<number>)
  /** `from factor^(t / N)`, without end */
  | ({ kind: 'exponential'; from: number; factor: number } & In<number>)
  /** `from factor^floor(t / N)`, without end */
  | ({ kind: 'step'; from: number; factor: number } & In<number>)
  /** Through the points, or from each to the next as a stair */
  | ({ kind: 'piecewise'; interpolation: 'linear' | 'constant' } & In<readonly Point[]>);

export type Kind = Schedule['kind'];

/** What time a schedule runs by; null for a constant, which needs none. */
export function unitOf(schedule: Schedule): Unit | null {
  if (schedule.kind === 'constant') return null;
  return unitIn(schedule);
}

/** The unit that is given. */
export function unitIn(span: In<number | readonly Point[]>): Unit {
  if (span.steps !== undefined) return 'steps';
  return span.epochs !== undefined ? 'epochs' : 'fraction';
}

/** The length of a schedule, or its points, in its unit. */
export function spanOf<T extends number | readonly Point[]>(schedule: In<T>): T {
  if (schedule.steps !== undefined) return schedule.steps;
  if (schedule.epochs !== undefined) return schedule.epochs;
  return schedule.fraction!;
}
