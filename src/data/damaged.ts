import { DataFailure } from './failure.js';

/** Makes the failure of a file of which one field is not as it must be. */
export type Damaged = (what: string, expected: string, received: unknown) => DataFailure;

/** @param remedy what to do about it */
export function damagedFile(path: string, remedy: string): Damaged {
  return (what, expected, received) =>
    new DataFailure(
      `${path} is damaged: ${what} must be ${expected}, received ${shown(received)}; ${remedy}`,
    );
}

/** A value in part of one line. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
