import * as tf from '@tensorflow/tfjs';
import { withFlagOff } from './flags.js';

/** An op with a gradient of its own, for the engine. */
export interface CustomOp<Out extends tf.Tensor[], Saved extends tf.Tensor[]> {
  inputs: tf.Tensor[];
  /** Computes the outputs, and saves what the gradient is called with. */
  forward(save: (tensors: Saved) => void): Out;
  /** For each input a function, called only if the gradient by it is wanted. */
  backward(dys: Out, saved: Saved): (() => tf.Tensor)[];
}

/** What `tf.customGrad` itself is built on. */
interface Engine<Out extends tf.Tensor[], Saved extends tf.Tensor[]> {
  runKernelFunc(call: {
    inputs: Record<string, tf.Tensor>;
    forwardFunc: (backend: unknown, save: (tensors: Saved) => void) => Out;
    /** The gradient of an op of one output comes alone. */
    backwardsFunc: (dys: Out | Out[0], saved: Saved) => Record<string, () => tf.Tensor>;
  }): Out;
}

/**
 * Runs an op of several outputs, and records it where a gradient is taken.
 *
 * The engine's check for leaks, which tfjs has for its own tests, is off meanwhile: it would report every tensor that an op
 * saves for its gradient and does not return.
 */
export function runCustomOp<Out extends tf.Tensor[], Saved extends tf.Tensor[]>({
  inputs,
  forward,
  backward,
}: CustomOp<Out, Saved>): Out {
  const engine = tf.engine() as unknown as Engine<Out, Saved>;
  return withFlagOff('IS_TEST', () =>
    engine.runKernelFunc({
      inputs: Object.fromEntries(inputs.entries()),
      forwardFunc: (_, save) => forward(save),
      backwardsFunc: (dys, saved) =>
        Object.fromEntries(backward((Array.isArray(dys) ? dys : [dys]) as Out, saved).entries()),
    }),
  );
}
