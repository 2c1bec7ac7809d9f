import * as tf from '@tensorflow/tfjs';
import { withFlagOff } from './flags.js';

/** An op with a gradient of its own, as the engine takes it. */
export interface CustomOp {
  inputs: tf.Tensor[];
  /** The outputs; what is saved is handed to the gradient. */
  forward(save: (tensors: tf.Tensor[]) => void): tf.Tensor[];
  /** For each input a function, called only if the gradient by it is wanted. */
  backward(dys: tf.Tensor[], saved: tf.Tensor[]): (() => tf.Tensor)[];
}

/** What `tf.customGrad` itself is built on. */
interface Engine {
  runKernelFunc(call: {
    inputs: Record<string, tf.Tensor>;
    forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor[];
    backwardsFunc: (dys: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor[];
}

/**
 * Runs an op of several outputs, and puts it on the tape if there is one.
 *
 * Without the check that the engine makes under tfjs's flag for its own tests: it takes for a leak whatever an op keeps
 * beside its outputs, and so all that is computed once and saved for a gradient.
 */
export function runCustomOp({ inputs, forward, backward }: CustomOp): tf.Tensor[] {
  const engine = tf.engine() as unknown as Engine;
  return withFlagOff('IS_TEST', () =>
    engine.runKernelFunc({
      inputs: Object.fromEntries(inputs.entries()),
      forwardFunc: (_, save) => forward(save),
      backwardsFunc: (dys, saved) =>
        Object.fromEntries(backward(Array.isArray(dys) ? dys : [dys], saved).entries()),
    }),
  );
}
