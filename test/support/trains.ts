import * as tf from '@tensorflow/tfjs';

export const trainsConvolutions = (): boolean =>
  tf.getKernel('Conv2DBackpropFilter', tf.getBackend()) !== undefined;

/** Why a test of a convolution's gradient is skipped: its note in the summary of a run. */
export const NO_GRADIENT =
  "tfjs's wasm backend has no kernel for the gradient of a convolution by its filter";
