import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from './acceleration.js';
import { summingGradient, throwsFor } from './broadcast.js';

/** The gradient of `tf.matMul` where its inputs broadcast: three axes by two, or a batch of one. */
export const matMul: Acceleration = {
  name: 'matMul',
  answers: ['tensorflow/tfjs#8721', 'tensorflow/tfjs#8548'],
  needed: () => throwsFor(tf.matMul, [2, 2, 2], [2, 2]),
  ...summingGradient('BatchMatMul'),
};
