import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn, together } from '../on-backends.js';

const isEmpty = (tensors: tf.Tensor[]): boolean => tensors.every(({ size }) => size === 0);

const concat = overrideOn('cpu', ['Concat'], (inputs, { axis }) => {
  const tensors = Object.values(inputs);
  const [first] = tensors;
  if (!first || !isEmpty(tensors)) return null;
  const [along] = tf.util.parseAxisParam(axis, first.shape);
  const shapes = tensors.map(({ shape }) => shape);
  return tf.zeros(tf.backend_util.computeOutShape(shapes, along!), first.dtype);
});

const stack = overrideOn('cpu', ['Pack'], (inputs, { axis }) => {
  const tensors = Object.values(inputs);
  const [first] = tensors;
  if (!first || !isEmpty(tensors)) return null;
  return tf.zeros(first.shape.toSpliced(axis, 0, tensors.length), first.dtype);
});

/**
 * Tensors of size zero, concatenated or stacked on the cpu backend: tfjs makes of them a list where its other kernels expect
 * a typed array, so that the next slice throws.
 */
export const zeroSizeConcat: Acceleration = together(concat, stack);
