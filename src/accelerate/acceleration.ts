import type { Overrides } from '../tfjs/overrides.js';

/** One change to tfjs that `accelerate` makes. */
export interface Acceleration {
  /** Whether a model that trains today gets other numbers by it, so that it is on only where it is asked for. */
  repair?: boolean;
  /** Whether this tfjs needs it: false where tfjs has a fix of its own. Asked with a backend ready. */
  needed?(): boolean;
  apply(overrides: Overrides): void;
}
