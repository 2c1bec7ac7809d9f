import * as tf from '@tensorflow/tfjs';
import { type MaybeChanging, nowOf } from '../steps/changing.js';
import { bernoulli } from './bernoulli.js';
import { normal } from './normal.js';
import { type Stream, uniform } from './uniform.js';

/** The random numbers of one call of a layer: asked twice for the same part it gives the same numbers. */
export interface Draw {
  /** The number of this training call, from 0. */
  readonly step: MaybeChanging;
  /** Uniform in [0, 1). `part` keeps what one call draws more than once apart. */
  uniform(shape: number[], part?: string): tf.Tensor;
  /** True with probability `1 - rate`; the rate is strictly between 0 and 1. */
  bernoulli(shape: number[], rate: MaybeChanging, part?: string): tf.Tensor;
  /** Normal, of mean 0 and variance 1. */
  normal(shape: number[], part?: string): tf.Tensor;
}

/** The draw of a stream at a step. */
export function drawOf(source: Stream, step: MaybeChanging): Draw {
  const stream = (part?: string) =>
    part === undefined ? source : { ...source, layer: `${source.layer}/${part}` };
  return {
    step,
    uniform: (shape, part) => uniform(shape, stream(part), step),
    bernoulli: (shape, rate, part) => bernoulli(shape, stream(part), step, rate),
    normal: (shape, part) => normal(shape, stream(part), step),
  };
}

/** The stream of a layer's predictions, apart from that of its training. */
export function atPrediction(source: Stream): Stream {
  return { ...source, layer: `${source.layer}/prediction` };
}

/** A draw that is always the same, for what is to be random but not to change: sampling at prediction. */
export function fixedDraw(source: Stream): Draw {
  return drawOf(atPrediction(source), 0);
}

/** A draw of given numbers, for tests: whatever is asked for, true where they are at least the rate. */
export function givenDraw(noise: tf.Tensor, step: MaybeChanging): Draw {
  return {
    step,
    uniform: () => noise,
    bernoulli: (_, rate) => tf.greaterEqual(noise, nowOf(rate)),
    normal: () => noise,
  };
}
