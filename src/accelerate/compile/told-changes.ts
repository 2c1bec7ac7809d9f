import type { StepFields } from '../../tfjs/step-fields.js';
import type { Tape } from './tape.js';

/**
 * The fields that may change, since whoever reads one tells what depends on it. What a step of training tells of holds for
 * every other step, also of another model with the same layer: a dropout counts its draws, and evaluation reads no count.
 */
const told = new WeakMap<object, Set<string>>();
let count = 0;

/** How many there are: another number means that steps recorded before may know of fewer. */
export const changesTold = (): number => count;

export function tellChanges({ changes }: Tape): void {
  for (const { owner, field } of changes) {
    const fields = told.get(owner) ?? new Set();
    if (fields.has(field)) continue;
    told.set(owner, fields.add(field));
    count++;
  }
}

/** Lets change what has been told of. */
export function releaseTold(fields: StepFields): void {
  for (const owner of fields.holders())
    for (const field of told.get(owner) ?? []) fields.release(owner, field);
}
