import type * as tf from '@tensorflow/tfjs';

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
  if (!(typeof value === 'number' && Number.isFinite(Math.fround(value))))
    throw new ArgumentError(layer, argument, 'a finite number of float32', value);
  return value;
}

/** The smallest normal number of float32. */
const SMALLEST = 2 ** -126;

export function positive(layer: string, argument: string, value: number): number {
  if (!(typeof value === 'number' && value >= SMALLEST && Number.isFinite(Math.fround(value))))
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

/** What tfjs takes for every layer or adds to its config where it loads a model, and `inputDim` of those that are dense. */
const OF_EVERY_LAYER = [
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'inputDType',
  'updatable',
  'weights',
  'inputDim',
  'customObjects',
  'fastWeightInitDuringBuild',
];

/** The one argument of a factory, an object; who gives a value or a layer alone, as in Keras, is told what to write. */
export function argumentsObject<T extends object | undefined>(layer: string, first: string, args: T): T {
  const given: unknown = args;
  const isLayer = typeof (given as tf.layers.Layer | null)?.getClassName === 'function';
  if (given == null || (typeof given === 'object' && !Array.isArray(given) && !isLayer)) return args;
  const example = typeof given === 'number' ? `${first}: ${given}` : first;
  const received = isLayer ? `the layer ${(given as tf.layers.Layer).name}` : given;
  throw new ArgumentError(layer, 'its argument', `an object: write ${layer}({ ${example} })`, received);
}

/** That a layer, whose config has been set, was given nothing that it does not know: a slip in a name would be silent. */
export function knownArguments(layer: tf.layers.Layer, name: string, args: object | null | undefined): void {
  const own = Object.keys(layer.getConfig()).filter((key) => !OF_EVERY_LAYER.includes(key));
  const unknown = Object.keys(args ?? {}).find((key) => ![...own, ...OF_EVERY_LAYER].includes(key));
  if (unknown !== undefined) {
    throw new ArgumentError(name, 'each argument', `one of ${own.join(', ')} or of every layer`, unknown);
  }
}

/** A value in one line. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `the function ${value.name || '() => ...'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // Circular, or with numbers that JSON does not know.
    return String(value);
  }
}
