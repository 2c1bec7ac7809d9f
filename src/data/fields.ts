import type { Damaged } from './damaged.js';

/** An object of JSON, of whose fields nothing is known. */
export type Fields = Record<string, unknown>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field under its name of Python or of tfjs, which takes both. */
export const field = (of: Fields, name: string): unknown =>
  of[name] ?? of[name.replace(/_[a-z]/g, (letter) => letter.slice(1).toUpperCase())];

/** Whether a field is right, and in words what it must be. */
export type Rule = readonly [right: (value: unknown) => boolean, expected: string];

export const rules = {
  text: [(value) => typeof value === 'string' && value !== '', 'a text'],
  number: [(value) => Number.isFinite(value), 'a number'],
  positive: [(value) => typeof value === 'number' && Number.isFinite(value) && value > 0, 'a number above 0'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  object: [isObject, 'an object'],
  numbers: [
    (value) => isObject(value) && Object.values(value).every(Number.isFinite),
    'an object of numbers',
  ],
} satisfies Record<string, Rule>;

export const integer = (least: number, most = Number.MAX_SAFE_INTEGER): Rule => [
  (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
  most === Number.MAX_SAFE_INTEGER
    ? `an integer of at least ${least}`
    : `an integer from ${least} to ${most}`,
];
export const oneOf = (known: readonly unknown[]): Rule => [
  (value) => known.includes(value),
  `one of ${known.join(', ')}`,
];
export const listOf = ([right, expected]: Rule): Rule => [
  (value) => Array.isArray(value) && value.every(right),
  `a list, of which each is ${expected}`,
];
export const optional = ([right, expected]: Rule): Rule => [
  (value) => value === undefined || right(value),
  expected,
];
export const orNull = ([right, expected]: Rule): Rule => [
  (value) => value === null || right(value),
  `${expected}, or null`,
];

/** @throws DataFailure for the first field that is not as its rule says */
export function checkFields(value: unknown, checks: Record<string, Rule>, damaged: Damaged): void {
  if (!isObject(value)) throw damaged('it', 'an object', value);
  for (const [name, [right, expected]] of Object.entries(checks)) {
    if (!right(value[name])) throw damaged(name, expected, value[name]);
  }
}
