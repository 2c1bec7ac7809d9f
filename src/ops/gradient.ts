import * as tf from '@tensorflow/tfjs';
import { runCustomOp } from '../tfjs/custom-op.js';

/** Computes the value of an op, saves what its gradient needs, and returns both. */
type Definition<In extends tf.Tensor[], Out extends tf.Tensor> = (
  inputs: In,
  save: (tensors: tf.Tensor[]) => void,
) => { value: Out; gradient: (dy: Out, saved: tf.Tensor[]) => tf.Tensor[] };

/**
 * `tf.customGrad` for ops of several inputs, whose gradient is a list in the order of the inputs; tfjs types only ops
 * of one input. Whatever the definition uses without getting it as an input has zero gradient.
 */
export function withGradient<In extends tf.Tensor[], Out extends tf.Tensor>(
  definition: Definition<In, Out>,
): (...inputs: In) => Out {
  const op = withLazyGradient<In, [Out]>((inputs, save) => {
    const { value, gradient } = definition(inputs, save);
    return {
      outputs: [value],
      gradient: (dy, saved) => gradient(dy, saved).map((gradient) => () => gradient),
    };
  });
  return (...inputs) => op(...inputs)[0];
}

/**
 * A value that is to count as a constant: what computes it leaves nothing on the tape, where it would be kept for a
 * gradient that is not wanted. Use the result inside of other definitions only.
 */
export function constantOf<In extends tf.Tensor, Out extends tf.Tensor>(x: In, f: (x: In) => Out): Out {
  return withGradient<[In], Out>(([x]) => {
    const { shape } = x;
    return { value: f(x), gradient: () => [tf.zeros(shape)] };
  })(x);
}

/** Computes the value of an op and what else it has to tell, which has no gradient; saves what the gradient needs. */
type LazyDefinition<In extends tf.Tensor[], Out extends tf.Tensor[]> = (
  inputs: In,
  save: (tensors: tf.Tensor[]) => void,
) => { outputs: Out; gradient: (dy: Out[0], saved: tf.Tensor[]) => (() => tf.Tensor)[] };

/**
 * `withGradient` for gradients of which some may not be needed, as that of a first layer's input: a function of the list
 * is called only for inputs that are on the way to what is differentiated, as with the gradients of tfjs's own kernels.
 * What several of them need is computed before the list is returned.
 */
export function withLazyGradient<In extends tf.Tensor[], Out extends tf.Tensor[]>(
  definition: LazyDefinition<In, Out>,
): (...inputs: In) => Out {
  return (...inputs) => {
    let gradient: ReturnType<LazyDefinition<In, Out>>['gradient'];
    return runCustomOp({
      inputs,
      forward: (save) => {
        const result = definition(inputs, save);
        gradient = result.gradient;
        return result.outputs;
      },
      backward: ([dy], saved) => gradient(dy as Out[0], saved),
    }) as Out;
  };
}
