import * as tf from '@tensorflow/tfjs';
import type { AnyRank, Attributes, Inputs, KernelName, Output } from './kernels.js';

interface Engine {
  runKernel(name: string, inputs: object, attributes: object): unknown;
}

/** Runs a kernel of the backend in use by its name, without what the ops of tfjs check and convert. */
export const runKernel = <K extends KernelName>(
  name: K,
  inputs: AnyRank<Inputs<K>>,
  attributes: Attributes<K>,
): Output<K> => (tf.engine() as unknown as Engine).runKernel(name, inputs, attributes) as Output<K>;
