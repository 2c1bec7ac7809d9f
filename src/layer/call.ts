import type * as tf from '@tensorflow/tfjs';
import { foreign } from '../errors/copies.js';

/** The arguments of a layer's call: `training` is set by fit alone; `noise` is for tests, in place of random numbers. */
export interface CallArgs {
  training?: boolean;
  noise?: tf.Tensor;
  [key: string]: unknown;
}

/**
 * The only input of a layer, as float32: a model hands it over in an array, a direct `apply` does not. Pixels may be
 * integers, whose quotients tfjs would round.
 */
export function onlyInput<T extends tf.Tensor>(inputs: T | T[]): T {
  const x = Array.isArray(inputs) ? inputs[0]! : inputs;
  // tfjs mistakes a symbolic input of another copy for a tensor, and fails somewhere in the computation.
  if ('sourceLayer' in x) throw foreign('evenkeel', 'the input of a layer');
  return x.dtype === 'float32' ? x : x.toFloat();
}

/** Applies a function of `[batch, features]` along the last axis of a tensor of rank 2 or more. */
export function onLastAxis(x: tf.Tensor, f: (x: tf.Tensor2D) => tf.Tensor): tf.Tensor {
  if (x.rank === 2) return f(x as tf.Tensor2D);
  const lead = x.shape.slice(0, -1);
  const y = f(x.reshape([-1, x.shape.at(-1)!]));
  return y.reshape([...lead, y.shape[1]!]);
}
