import * as tf from '@tensorflow/tfjs';

/** tfjs's wasm backend has no kernel for the gradient of a convolution by its filter, so that none trains on it. */
export const trainsConvolutions = (): boolean =>
  tf.getKernel('Conv2DBackpropFilter', tf.getBackend()) !== undefined;
