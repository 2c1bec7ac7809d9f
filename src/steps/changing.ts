import { type Decision, stepRecorder, type Undo, type Values } from './recorder.js';

/**
 * A number that may be another one at each step, such as a rate with a schedule. A step that runs as a graph reads it
 * anew each time; one that runs op by op reads it once.
 */
export class Changing {
  constructor(private readonly read: () => number) {}

  /** The number of the step that runs. */
  get now(): number {
    return this.read();
  }

  to(f: (x: number) => number): Changing {
    return new Changing(() => f(this.now));
  }
}

/** A number, whether it changes or not. */
export type MaybeChanging = number | Changing;

export const nowOf = (x: MaybeChanging): number => (typeof x === 'number' ? x : x.now);

export const mapped = (x: MaybeChanging, f: (x: number) => number): MaybeChanging =>
  typeof x === 'number' ? f(x) : x.to(f);

/** A field of a layer or an optimizer that somebody may set between two steps. */
export function changingField<Name extends string>(
  owner: { readonly [field in Name]: number },
  field: Name,
): Changing {
  stepRecorder()?.changes(owner, field, false);
  return new Changing(() => owner[field]);
}

/** Says that a field changes where it is not read as a number: all that depends on it is told by other calls. */
export const changes = (owner: object, field: string): void => stepRecorder()?.changes(owner, field, false);

/** The same for a field that each step changes itself, as `atEachStep` tells. */
export const changesWithin = (owner: object, field: string): void =>
  stepRecorder()?.changes(owner, field, true);

/** Does what each step does once, now and at each later step, such as to count it; returns nothing but takes it back. */
export function atEachStep(next: () => Undo): void {
  stepRecorder()?.advance(next);
  next();
}

/** The number of a call, from a count that goes up now and wherever a compiled step makes the call again. */
export function countedCall(read: () => number, write: (count: number) => void): Changing {
  let call = 0;
  atEachStep(() => {
    call = read();
    write(call + 1);
    return () => write(call);
  });
  return new Changing(() => call);
}

/** What is decided by a changing number. A step that decides otherwise is another graph. */
export function decided<T extends Decision>(decide: () => T): T {
  const made = decide();
  stepRecorder()?.decision(decide, made);
  return made;
}

/** The values of a tensor that are others at each step; the array must go into the tensor as it is. */
export function changingValues<T extends Values>(read: () => T): T {
  const values = read();
  stepRecorder()?.values(values, read);
  return values;
}

/** A number as the value of a scalar or of a vector of one. */
export const floatOf = (x: MaybeChanging): Float32Array =>
  typeof x === 'number' ? Float32Array.of(x) : changingValues(() => Float32Array.of(x.now));

/** Integers as the values of a vector, of which some may change. */
export const integersOf = (list: readonly MaybeChanging[]): Int32Array =>
  list.every((x) => typeof x === 'number')
    ? Int32Array.from(list)
    : changingValues(() => Int32Array.from(list, nowOf));
