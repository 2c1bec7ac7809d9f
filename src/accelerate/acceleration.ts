import type { Overrides } from '../tfjs/overrides.js';

/** One change to tfjs that `accelerate` makes. */
export interface Acceleration {
  /** The public reports that it answers, as `tensorflow/tfjs#number`. */
  answers?: readonly string[];
  /** Whether a model that trains today gets other numbers by it, so that it is on only where it is asked for. */
  repair?: boolean;
  /** The backend that it is for alone: it waits until that one is set, whose kernels are not there before. */
  backend?: 'wasm' | 'tensorflow';
  /** Whether this tfjs needs it: false where tfjs has its own mend. Asked with a backend ready. */
  needed?(): boolean;
  apply(overrides: Overrides): void;
}
