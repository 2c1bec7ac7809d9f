import * as tf from '@tensorflow/tfjs';
import { withFlagOff } from './flags.js';

/** An op with a gradient of its own, for the engine. */
export interface CustomOp {
  inputs: tf.Tensor[];
  /** Computes the outputs, and saves what the gradient is called with. */
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
 * Runs an op of several outputs, and records it where a gradient is taken.
 *
 * The engine's check for leaks, which tfjs has for its own tests, is off meanwhile: it would report every tensor that an op
 * saves for its gradient and does not return.
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
