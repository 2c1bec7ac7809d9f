import { ArgumentError, seedNumber } from '../errors/argument-error.js';
import { drawSeed } from '../random/seed.js';

/** What every layer with random numbers takes. */
export interface RandomArgs {
  /**
   * An integer from 0 to 2147483647, which fixes all that the layer draws. A layer with a name draws by its seed and its
   * name; one without draws by its seed and its place: how many other layers of that seed without a name had drawn before
   * it in the first pass in which it draws. Default: drawn once and kept in the config.
   */
  seed?: number | null;
  /** The training calls that are counted already. Written into the config, so that a saved model goes on. Default: 0. */
  step?: number | null;
  /** Written into the config of a layer without a name: its place, once it has drawn. Null draws by the name. */
  place?: Place;
}

/** The place of a layer without a name, 'unsettled' until it draws; null for one that draws by its name. */
export type Place = number | 'unsettled' | null;

export function seedOf(layer: string, { seed }: RandomArgs): number {
  return seed === undefined || seed === null ? drawSeed() : seedNumber(layer, seed);
}

/** A name that is given settles what a layer draws by, unless a config says otherwise. */
export function placeOf(layer: string, { place, name }: RandomArgs & { name?: string }): Place {
  if (place === undefined || place === null) return name ? null : 'unsettled';
  return place === 'unsettled' ? place : countOf(layer, 'place', place);
}

/** What is counted already. */
export function countOf(layer: string, argument: string, count: number | null | undefined): number {
  const value = count ?? 0;
  if (!Number.isInteger(value) || value < 0) {
    throw new ArgumentError(layer, argument, 'an integer of 0 or more', value);
  }
  return value;
}
