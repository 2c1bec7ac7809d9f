import { ArgumentError } from '../errors/argument-error.js';
import { isInteger, oneOf, positiveInteger } from '../errors/checks.js';
import type { ConvGeometry } from '../ops/unfold.js';
import { type ArgsOf, type Field, optional, required } from './fields.js';

/** A number for each dimension of a window. */
interface Sizes {
  1: [number];
  2: [number, number];
}
type Rank = keyof Sizes;

const isOfRank = <R extends Rank>(sizes: unknown[], rank: R): sizes is Sizes[R] =>
  sizes.length === rank && sizes.every((size) => isInteger(size) && size > 0);

/** A number for all dimensions of the window, or one for each. */
function sizes<R extends Rank, Optional extends boolean>(
  rank: R,
  isOptional: Optional,
): Field<number | Sizes[R], Sizes[R], Optional> {
  return {
    optional: isOptional,
    read: (owner, argument, given) => {
      const value = isOptional ? (given ?? 1) : given;
      const list: unknown[] = Array.isArray(value) ? Array.from(value) : Array(rank).fill(value);
      if (isOfRank(list, rank)) return list;
      const expected = rank === 1 ? 'a positive integer' : `a positive integer or ${rank} of them`;
      throw new ArgumentError(owner, argument, expected, given);
    },
    write: (value) => value,
  };
}

/** The arguments that our convolutions share with the built-in ones, for a window of `rank` dimensions. */
export const convFields = <R extends Rank>(rank: R) => ({
  /** Number of output channels: a positive integer. */
  filters: required(positiveInteger),
  /** Size of the window: positive integers. */
  kernelSize: sizes(rank, false),
  /** Distance between windows: positive integers. Default: 1. */
  strides: sizes(rank, true),
  /** At the edges: 'valid', windows stay inside; 'same', the input is padded with zeros. Default: 'valid'. */
  padding: optional(oneOf('valid', 'same'), 'valid'),
  /** Distance between the entries of the window: positive integers. Default: 1. */
  dilationRate: sizes(rank, true),
});

export type ConvArgs<R extends Rank> = ArgsOf<ReturnType<typeof convFields<R>>>;

/** The window, a number for each dimension. */
export interface ConvSettings {
  readonly kernelSize: Sizes[Rank];
  readonly strides: Sizes[Rank];
  readonly padding: 'valid' | 'same';
  readonly dilationRate: Sizes[Rank];
}

/** How the window moves, [height, width]; of one dimension it is a row. */
export function windowOf({ strides, padding, dilationRate }: ConvSettings): ConvGeometry {
  const pair = ([first, second]: Sizes[Rank]): [number, number] =>
    second === undefined ? [1, first] : [first, second];
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
  { kernelSize, strides, padding, dilationRate }: ConvSettings,
): (number | null)[] {
  return sizes.map((size, i) => {
    const [kernel, stride, rate] = [kernelSize[i]!, strides[i]!, dilationRate[i]!];
    if (size === null) return null;
    const places = padding === 'same' ? size : size - (kernel - 1) * rate;
    if (places >= 1) return Math.ceil(places / stride);
    const expected = `of at least ${(kernel - 1) * rate + 1} places, as the window is`;
    throw new ArgumentError(layer, 'the input', expected, sizes);
  });
}
