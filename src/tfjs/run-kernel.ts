import * as tf from '@tensorflow/tfjs';

type Run = (name: string, inputs: object, attributes: object) => tf.Tensor;

/** Runs a kernel of the backend in use by its name, without what the ops of tfjs check and convert. */
export const runKernel = <T extends tf.Tensor = tf.Tensor>(
  name: string,
  inputs: Record<string, tf.TensorInfo>,
  attributes: object,
): T => (tf.engine() as unknown as { runKernel: Run }).runKernel(name, inputs, attributes) as T;
