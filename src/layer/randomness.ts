import { type Check, count, seedNumber } from '../errors/checks.js';
import { drawSeed } from '../random/seed.js';
import { type ArgsOf, type Field, optional } from './fields.js';

/** The place of a layer without a name, 'unsettled' until it draws; null for one that draws by its name. */
export type Place = number | 'unsettled' | null;

/** Drawn where it is not given. */
const seed: Field<number | null, number, true> = {
  optional: true,
  read: (owner, argument, given) => seedNumber(owner, argument, given ?? drawSeed()),
  write: (value) => value,
};

const step: Field<number | null, number, true> = optional(count, 0);

const place: Check<Place> = (owner, argument, value) =>
  value === null || value === 'unsettled' ? value : count(owner, argument, value);

/** What every layer with random numbers takes. */
export const randomFields = {
  /**
   * An integer from 0 to 2147483647, which fixes all that the layer draws. A layer with a name draws by its seed and its
   * name; one without draws by its seed and its place: how many other layers of that seed without a name had drawn before
   * it in the first pass in which it draws. Default: drawn once and kept in the config.
   */
  seed,
  /** The training calls that are counted already. Written into the config, where a loaded model continues. Default: 0. */
  step,
  /** Written into the config of a layer without a name: its place, once it has drawn. Null draws by the name. */
  place: optional(place, null),
};

export type RandomArgs = ArgsOf<typeof randomFields>;
