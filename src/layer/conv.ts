import { ArgumentError } from '../errors/argument-error.js';
import { isInteger, oneOf, positiveInteger } from '../errors/checks.js';
import type { Window } from '../ops/patches.js';
import { type Field, optional, required } from './fields.js';

/** A number for all dimensions of the window, or one for each of `rank`; as it is given and as a list. */
function sizes<Given extends number | number[], Optional extends boolean>(
  rank: number,
  isOptional: Optional,
): Field<Given, number[], Optional> {
  return {
    optional: isOptional,
    read: (owner, argument, given) => {
      const value = isOptional ? (given ?? 1) : given;
      const list: unknown[] = Array.isArray(value) ? value : Array(rank).fill(value);
      const right = list.filter((size) => isInteger(size)).filter((size) => size > 0);
      if (list.length === rank && right.length === rank) return right;
      const expected = rank === 1 ? 'a positive integer' : `a positive integer or ${rank} of them`;
      throw new ArgumentError(owner, argument, expected, given);
    },
    write: (value) => value,
  };
}

/** What our convolutions take of the built-in ones' arguments, of a window of `rank` dimensions. */
export const convFields = <Size extends number | number[]>(rank: number) => ({
  /** Number of output channels: a positive integer. */
  filters: required(positiveInteger),
  /** Size of the window: positive integers. */
  kernelSize: sizes<Size, false>(rank, false),
  /** Default: 1. */
  strides: sizes<Size, true>(rank, true),
  /** What lies over the edge: 'valid', windows stay inside; 'same', zeros. Default: 'valid'. */
  padding: optional(oneOf('valid', 'same'), 'valid'),
  /** Distance between the entries of the window: positive integers. Default: 1. */
  dilationRate: sizes<Size, true>(rank, true),
});

/** The window, a number for each dimension. */
export interface ConvSettings {
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly padding: 'valid' | 'same';
  readonly dilationRate: number[];
}

/** How the window moves, [height, width]; of one dimension it is a row. */
export function windowOf({ strides, padding, dilationRate }: ConvSettings): Window {
  const pair = ([first, second]: number[]): [number, number] =>
    second === undefined ? [1, first ?? 1] : [first ?? 1, second];
  return { strides: pair(strides), padding, dilations: pair(dilationRate) };
}

/**
 * The size of each spatial dimension of the output; null where that of the input is not known.
 *
 * @throws ArgumentError where no window fits into the input
 */
export function convOutput(
  layer: string,
  sizes: (number | null)[],
  settings: ConvSettings,
): (number | null)[] {
  const { kernelSize, strides, padding, dilationRate } = settings;
  return sizes.map((size, i) => {
    const [kernel, stride, rate] = [kernelSize[i], strides[i], dilationRate[i]] as [number, number, number];
    if (size == null) return null;
    const places = padding === 'same' ? size : size - (kernel - 1) * rate;
    if (places < 1) {
      throw new ArgumentError(
        layer,
        'the input',
        `of at least ${(kernel - 1) * rate + 1} places, as the window is`,
        sizes,
      );
    }
    return Math.ceil(places / stride);
  });
}
