import type { Unit } from './schedule.js';
import type { Time } from './value-at.js';

/** A layer with a schedule of its own, which is told what time it is. */
export interface TimeDriven {
  /** The unit its schedule runs by; null where it does not change. Steps it may count itself. */
  readonly scheduleUnit: Unit | null;
  /** The value that holds at the next training call. */
  readonly currentRate: number;
  /** Null ends a training: what follows is told again. */
  setTime(time: Time | null): void;
}

export function isTimeDriven<T extends object>(layer: T): layer is T & TimeDriven {
  return 'setTime' in layer && typeof layer.setTime === 'function';
}
