/**
 * Functions of tfjs with derivatives of any order, where its own have the first alone, or two: their gradients are made of
 * a value of exp or sigmoid, which was saved and is a constant to the next.
 */
import * as tf from '@tensorflow/tfjs';
import { isNested } from '../tfjs/recording.js';
import { withDifferentiableGradient } from './gradient.js';

/** `1 / (1 + exp(-x))` */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  return again<T>(tf.sigmoid, (dy, x) => {
    const y = sigmoid(x);
    return dy.mul(y).mul(tf.sub(1, y));
  })(x);
}

export function exp<T extends tf.Tensor>(x: T): T {
  return again<T>(tf.exp, (dy, x) => dy.mul(exp(x)))(x);
}

export function erf<T extends tf.Tensor>(x: T): T {
  const slope = (x: T) => exp(x.square().neg()).mul(2 / Math.sqrt(Math.PI));
  return again<T>(tf.erf, (dy, x) => dy.mul(slope(x)))(x);
}

/** A function with a gradient that computes the value again from x, where it is to be differentiated. */
function again<T extends tf.Tensor>(f: (x: T) => T, gradient: (dy: T, x: T) => tf.Tensor): (x: T) => T {
  if (!isNested()) return f;
  return withDifferentiableGradient<[T], T, [T]>(([x], save) => {
    save([x]);
    return { value: f(x), gradient: (dy, [x]) => [gradient(dy, x)] };
  });
}
