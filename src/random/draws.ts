import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../arguments/check.js';
import { bernoulli } from './bernoulli.js';
import { normal } from './normal.js';
import { type Stream, streamKey, uniform } from './uniform.js';

/** The random numbers of one call of a layer: asked twice for the same part it gives the same numbers. */
export interface Draw {
  /** The number of this training call, from 0. */
  readonly step: number;
  /** Uniform in [0, 1). `part` keeps what one call draws more than once apart. */
  uniform(shape: number[], part?: string): tf.Tensor;
  /** True with probability `1 - rate`; the rate is strictly between 0 and 1. */
  bernoulli(shape: number[], rate: number, part?: string): tf.Tensor;
  /** Normal, of mean 0 and variance 1. */
  normal(shape: number[], part?: string): tf.Tensor;
}

/** Whose random numbers: a layer as its errors call it, and its stream. */
export interface Source extends Stream {
  /** The layer's factory, for errors. */
  kind: string;
  /** Whether the seed was given: else the stream is arbitrary, and a checkpoint of any other may go on in it. */
  seeded: boolean;
}

/**
 * The random numbers of a layer: a new draw at each training call. Calls are counted in a saved, untrained weight
 * `[stream, count]`, so that a loaded model goes on with the next draw; the stream's mark tells a count that was saved
 * by another layer.
 *
 * The count is kept here too: reading it back from the device at each step would stall webgl. A weight that somebody
 * else has written (a loaded model) is recognized by its new data and read again.
 */
export class Draws {
  private next = 0;
  private seen: object | null = null;

  /** @param weight made by `addWeight(...stepWeight)` */
  constructor(
    private readonly weight: tf.LayerVariable,
    private readonly source: Source,
  ) {}

  /** The number of the next training call, from 0. */
  count(): number {
    if (dataOf(this.weight) !== this.seen) this.next = this.read();
    return this.next;
  }

  /** The draw of this training call, counted. */
  take(): Draw {
    const step = this.count();
    const counted = tf.tensor1d([mark(this.source), step + 1], 'int32');
    this.weight.write(counted);
    counted.dispose();
    this.next = step + 1;
    this.seen = dataOf(this.weight);
    return drawOf(this.source, step);
  }

  private read(): number {
    const [saved, count] = this.weight.read().dataSync() as unknown as [number, number];
    const { kind, layer, seed, seeded } = this.source;
    const weight = `the weight ${layer}/step`;
    if (count < 0) {
      const expected = 'a stream and a count of 0 or more (load the checkpoint again)';
      throw new ArgumentError(kind, weight, expected, [saved, count]);
    }
    const own = mark(this.source);
    if (seeded && saved !== 0 && saved !== own) {
      const expected =
        `[${own}, count], as saved by a layer of this name and of seed ${seed} ` +
        '(give the layer the name and the seed that it was saved with, or no seed)';
      throw new ArgumentError(kind, weight, expected, [saved, count]);
    }
    return count;
  }
}

type Initializer = ReturnType<typeof tf.initializers.zeros>;

/** The arguments of `addWeight` for what `Draws` counts in: zeros, which are nobody's. */
export function stepWeight(name = 'step'): [string, tf.Shape, 'int32', Initializer, undefined, false] {
  return [name, [2], 'int32', tf.initializers.zeros(), undefined, false];
}

/** A draw that is always the same, for what is to be random but not to change: sampling at prediction. */
export function fixedDraw(source: Source): Draw {
  return drawOf({ ...source, layer: `${source.layer}/prediction` }, 0);
}

/** A draw of given numbers, for tests: whatever is asked for, true where they are at least the rate. */
export function givenDraw(noise: tf.Tensor, step: number): Draw {
  return {
    step,
    uniform: () => noise,
    bernoulli: (_, rate) => tf.greaterEqual(noise, rate),
    normal: () => noise,
  };
}

function drawOf(source: Source, step: number): Draw {
  const stream = (part?: string) =>
    part === undefined ? source : { ...source, layer: `${source.layer}/${part}` };
  return {
    step,
    uniform: (shape, part) => uniform(shape, stream(part), step),
    bernoulli: (shape, rate, part) => bernoulli(shape, stream(part), step, rate),
    normal: (shape, part) => normal(shape, stream(part), step),
  };
}

/** 24 bits of the stream's key, never 0: an integer that any device holds exactly. */
function mark(stream: Stream): number {
  return streamKey(stream) & 0xffffff || 1;
}

function dataOf(weight: tf.LayerVariable): object {
  return weight.read().dataId;
}
