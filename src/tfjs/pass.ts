import * as tf from '@tensorflow/tfjs';

interface EngineState {
  gradientDepth: number;
  activeTape: object | null;
  scopeStack: object[];
}

/**
 * An object that identifies the current pass through a model, since tfjs has none: the tape of the gradient being computed;
 * without one, the arguments of a training call, which tfjs hands from layer to layer; at prediction the outermost `tf.tidy`.
 */
export function currentPass(kwargs: { training?: boolean }): object {
  const { state } = tf.engine() as unknown as { state: EngineState };
  if (state.gradientDepth > 0 && state.activeTape) return state.activeTape;
  return kwargs.training ? kwargs : (state.scopeStack[0] ?? kwargs);
}
