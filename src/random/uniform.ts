import * as tf from '@tensorflow/tfjs';
import { type MaybeChanging, nowOf } from '../steps/changing.js';
import { nativeUniform } from './native-uniform.js';
import { philox } from './philox.js';

/** Which stream of numbers: the seed of a layer and the layer's own name, which keeps equal seeds in two layers apart. */
export interface Stream {
  /** An integer in [0, 2^31). */
  seed: number;
  layer: string;
}

/** The constant key under which TensorFlow scrambles the two seeds of its stateless ops. */
const SCRAMBLE = [0x3ec8f720, 0x02461e29] as const;

/**
 * Uniform numbers in [0, 1), a pure function of (seed, layer, step): the same bits on every backend.
 *
 * Equal to TensorFlow's StatelessRandomUniform with the seeds `[streamKey, step]`: Philox 4x32-10, 23 random bits a
 * number. The native backend draws them with that op; elsewhere they are computed here.
 */
export function uniform(shape: number[], stream: Stream, step: MaybeChanging): tf.Tensor {
  const key = streamKey(stream);
  return (
    nativeUniform(shape, key, step) ??
    tf.tensor(uniformValues(tf.util.sizeFromShape(shape), key, nowOf(step)), shape)
  );
}

/** The numbers themselves; `uniform` puts them into a tensor. */
export function uniformValues(size: number, key: number, step: number): Float32Array {
  const bits = words(size, key, step);
  const values = new Float32Array(bits.buffer);
  for (let i = 0; i < size; i++) {
    // 23 random bits behind the exponent of 1: a number in [1, 2), of which 1 is taken.
    bits[i] = (bits[i]! & 0x7fffff) | 0x3f800000;
    values[i] = values[i]! - 1;
  }
  return values;
}

/** The random words of a stream at a step: those of TensorFlow's StatelessRandomUniformFullInt. */
export function words(count: number, key: number, step: number): Uint32Array {
  const block = new Uint32Array(4);
  // TensorFlow widens the int32 seeds to 64 bits: the upper words carry the sign.
  philox(block, key, key >> 31, step, step >> 31, SCRAMBLE[0], SCRAMBLE[1]);
  const [k0 = 0, k1 = 0, c2 = 0, c3 = 0] = block;
  const drawn = new Uint32Array(count);
  for (let i = 0, counter = 0; i < count; i += 4, counter++) {
    philox(block, counter, 0, c2, c3, k0, k1);
    for (let j = 0; j < 4 && i + j < count; j++) drawn[i + j] = block[j]!;
  }
  return drawn;
}

/**
 * One int32 from a seed and a layer's name: FNV-1a over the name, started from the mixed seed, then mixed. Unmixed, the
 * seed and the first letter would cancel: seed 1 of layer b would be seed 2 of layer a.
 */
export function streamKey({ seed, layer }: Stream): number {
  let hash = 0x811c9dc5 ^ mixed(seed);
  for (const byte of new TextEncoder().encode(layer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return mixed(hash);
}

/** The finalizer of MurmurHash3: each bit of the result depends on every bit given. */
function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
