/** An argument that a layer cannot work with: names the layer, the argument, what is right and what was received. */
export class ArgumentError extends Error {
  override name = 'ArgumentError';

  constructor(layer: string, argument: string, expected: string, received: unknown) {
    super(`${layer}: ${argument} must be ${expected}, received ${show(received)}.`);
  }
}

export function positiveInteger(layer: string, argument: string, value: number): number {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(layer, argument, 'a positive integer', value);
  return value;
}

/** A probability, in [0, 1]. */
export function probability(layer: string, argument: string, value: number): number {
  if (!(typeof value === 'number' && value >= 0 && value <= 1)) {
    throw new ArgumentError(layer, argument, 'a number from 0 to 1', value);
  }
  return value;
}

export function finite(layer: string, argument: string, value: number): number {
  if (!Number.isFinite(Math.fround(value)))
    throw new ArgumentError(layer, argument, 'a finite number of float32', value);
  return value;
}

/** The smallest normal number of float32. */
const SMALLEST = 2 ** -126;

export function positive(layer: string, argument: string, value: number): number {
  if (!(value >= SMALLEST && Number.isFinite(Math.fround(value))))
    throw new ArgumentError(layer, argument, 'a number above 0, within float32', value);
  return value;
}

export function flag(layer: string, argument: string, value: boolean): boolean {
  if (typeof value !== 'boolean') throw new ArgumentError(layer, argument, 'true or false', value);
  return value;
}

export function oneOf<T extends string>(layer: string, argument: string, value: T, known: readonly T[]): T {
  if (!known.includes(value)) {
    throw new ArgumentError(layer, argument, known.map((name) => `'${name}'`).join(' or '), value);
  }
  return value;
}

/** A seed of the generator: an integer in [0, 2^31). */
export function seedNumber(layer: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 31) {
    throw new ArgumentError(layer, 'seed', 'an integer from 0 to 2147483647', value);
  }
  return value;
}

function show(value: unknown): string {
  return typeof value === 'string'
    ? `'${value}'`
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}
