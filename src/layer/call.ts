import type * as tf from '@tensorflow/tfjs';
import { foreign } from '../errors/copies.js';

/** The arguments of a layer's call; `training` is there in fit only, `noise` in tests, in place of what would be drawn. */
export interface CallArgs {
  training?: boolean;
  noise?: tf.Tensor;
  [key: string]: unknown;
}

/**
 * The one input of a layer, as float32: in a model it comes in an array, in a direct `apply` alone. Pixels may come as
 * integers, of which tfjs would round each quotient.
 */
export function onlyInput<T extends tf.Tensor>(inputs: T | T[]): T {
  const x = Array.isArray(inputs) ? (inputs[0] as T) : inputs;
  // tfjs takes a symbolic input of another copy for a tensor, and fails somewhere in the computation.
  if ('sourceLayer' in x) throw foreign('evenkeel', 'the input of a layer');
  return x.dtype === 'float32' ? x : (x.toFloat() as T);
}

/** Applies a function of `[batch, features]` to the last axis of a tensor of any rank from 2 on. */
export function onLastAxis(x: tf.Tensor, f: (x: tf.Tensor2D) => tf.Tensor): tf.Tensor {
  if (x.rank === 2) return f(x as tf.Tensor2D);
  const lead = x.shape.slice(0, -1);
  const y = f(x.reshape([-1, x.shape[x.rank - 1] as number]));
  return y.reshape([...lead, y.shape[1] as number]);
}
