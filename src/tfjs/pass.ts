import * as tf from '@tensorflow/tfjs';

interface EngineState {
  gradientDepth: number;
  activeTape: object | null;
  scopeStack: object[];
}

/**
 * What stands for the pass through a model that a layer is called in: the tape of the gradient that is computed; without
 * one, the arguments of a training call, which tfjs hands from layer to layer; at prediction the outermost `tf.tidy`.
 */
export function currentPass(kwargs: { training?: boolean }): object {
  const { state } = tf.engine() as unknown as { state: EngineState };
  if (state.gradientDepth > 0 && state.activeTape) return state.activeTape;
  return kwargs.training ? kwargs : (state.scopeStack[0] ?? kwargs);
}
