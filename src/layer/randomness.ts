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

/** The arguments of every layer with random numbers. */
export const randomFields = {
  /**
   * An integer from 0 to 2147483647, from which all random numbers of the layer follow, together with its name or its
   * place. A layer without a name has a place: the number of other layers with this seed and without a name that draw
   * before it in its first pass. Default: random, kept in the config.
   */
  seed,
  /** The number of training calls made so far. The config holds it, and a loaded model continues there. Default: 0. */
  step,
  /** The place of a layer without a name, once it has drawn; null for a layer that draws by its name. Set by the config. */
  place: optional(place, null),
};

export type RandomArgs = ArgsOf<typeof randomFields>;
