import { ArgumentError, oneOf, positiveInteger } from '../errors/argument-error.js';
import type { Window } from '../ops/patches.js';
import type { LayerArgs, OwnKernelArgs } from './dense.js';

/** What our convolutions take of the built-in ones' arguments, a number for all dimensions or one for each. */
export interface OwnConvArgs<Size> extends LayerArgs, OwnKernelArgs {
  /** Number of output channels: a positive integer. */
  filters: number;
  /** Size of the window: positive integers. */
  kernelSize: Size;
  /** Default: 1. */
  strides?: Size;
  /** What lies over the edge: 'valid', windows stay inside; 'same', zeros. Default: 'valid'. */
  padding?: 'valid' | 'same';
  /** Distance between the entries of the window: positive integers. Default: 1. */
  dilationRate?: Size;
}

/** The window with its defaults, a number for each of the dimensions given. */
export interface ConvSettings<Size> {
  filters: number;
  kernelSize: Size;
  strides: Size;
  padding: 'valid' | 'same';
  dilationRate: Size;
}

/** @throws ArgumentError for an argument that is out of its domain */
export function convSettings(
  layer: string,
  args: Partial<OwnConvArgs<number | number[]>>,
  rank: number,
): ConvSettings<number[]> {
  const sizes = (name: 'kernelSize' | 'strides' | 'dilationRate', fallback?: number): number[] => {
    const given = args[name] ?? fallback;
    const list = Array.isArray(given) ? given : Array(rank).fill(given);
    if (list.length !== rank || !list.every((size) => Number.isInteger(size) && size > 0)) {
      const words = rank === 1 ? 'a positive integer' : `a positive integer or ${rank} of them`;
      throw new ArgumentError(layer, name, words, args[name]);
    }
    return list;
  };
  return {
    filters: positiveInteger(layer, 'filters', args.filters as number),
    kernelSize: sizes('kernelSize'),
    strides: sizes('strides', 1),
    padding: oneOf(layer, 'padding', args.padding ?? 'valid', ['valid', 'same']),
    dilationRate: sizes('dilationRate', 1),
  };
}

/** How the window moves, [height, width]; of one dimension it is a row. */
export function windowOf({ strides, padding, dilationRate }: ConvSettings<number[]>): Window {
  const pair = (sizes: number[]): [number, number] =>
    [...Array(2 - sizes.length).fill(1), ...sizes] as [number, number];
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
  settings: ConvSettings<number[]>,
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
