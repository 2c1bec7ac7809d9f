import * as tf from '@tensorflow/tfjs';
import type { Reduction } from '../tfjs/kernels.js';

/** The axes that are reduced, counted from 0. */
export const axesOf = ({ axis, reductionIndices }: Reduction, shape: number[]): number[] =>
  tf.util.parseAxisParam(axis ?? reductionIndices ?? [...shape.keys()], shape);

/** The shape after a reduction. */
export const reducedShape = (shape: number[], axes: number[], keepDims: boolean): number[] =>
  shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
