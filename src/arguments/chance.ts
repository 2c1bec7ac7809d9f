import * as tf from '@tensorflow/tfjs';
import { type Draw, type Draws, givenDraw, type Source } from '../random/draws.js';
import { drawSeed } from '../random/seed.js';
import type { CallArgs } from './call.js';
import { seedNumber } from './check.js';

/** What every layer with random numbers takes. */
export interface ChanceArgs {
  /**
   * An integer from 0 to 2147483647. With the layer's name it fixes all that the layer draws: name the layer for
   * numbers that do not depend on how many layers were made before. Default: drawn once and kept in the config.
   */
  seed?: number | null;
}

/** The seed of a layer, and whether it was given. */
export interface Seeding {
  readonly seed: number;
  readonly seeded: boolean;
}

export function seeding(layer: string, { seed }: ChanceArgs): Seeding {
  const seeded = seed !== undefined && seed !== null;
  return { seed: seeded ? seedNumber(layer, seed) : drawSeed(), seeded };
}

/** Where a layer draws from: its kind, its name and its seed. */
export function sourceOf(kind: string, { name }: tf.layers.Layer, { seed, seeded }: Seeding): Source {
  return { kind, layer: name, seed, seeded };
}

/** The draw of a training call. A test gives the numbers instead, as `apply(x, { training: true, noise })`: no step counts. */
export function drawFor({ noise }: CallArgs, draws: Draws): Draw {
  return noise instanceof tf.Tensor ? givenDraw(noise, draws.count()) : draws.take();
}
