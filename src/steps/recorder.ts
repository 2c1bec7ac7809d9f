/** Numbers as a tensor takes them. */
export type Values = Float32Array | Int32Array;

/** What a step may be decided by. */
export type Decision = number | string | boolean;

/** Takes back what it was returned by. */
export type Undo = () => void;

/**
 * What a step tells while it is recorded, to be run as a graph from then on: all that is another number at the next step.
 * What changes and is not told is found when two recordings are compared, and leaves the model as it was.
 */
export interface StepRecorder {
  /** What each later step does in place of the call that was recorded. */
  advance(next: () => Undo): void;
  /** The values of a tensor that each later step reads anew. */
  values(values: Values, read: () => Values): void;
  /** The graph holds only for steps that decide the same. */
  decision(decide: () => Decision, made: Decision): void;
  /**
   * A field of a layer or an optimizer that may change, since all that depends on it is told; within a step only where what
   * each later step does is told too.
   */
  changes(owner: object, field: string, within: boolean): void;
}

// Shared because what is told and who records meet only here: between them is tfjs.
let current: StepRecorder | null = null;

/** The recorder of the step that runs; null where none is recorded. */
export const stepRecorder = (): StepRecorder | null => current;

/** Runs a step that is recorded. */
export function recordingBy<T>(recorder: StepRecorder, step: () => T): T {
  const outer = current;
  current = recorder;
  try {
    return step();
  } finally {
    current = outer;
  }
}
