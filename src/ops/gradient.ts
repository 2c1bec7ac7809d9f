import * as tf from '@tensorflow/tfjs';

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
  const op = tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const { value, gradient } = definition(args as In, save);
    const gradFunc = gradient as unknown as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor;
    return { value, gradFunc };
  });
  return (...inputs) => op(...inputs) as Out;
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

/** What `tf.customGrad` itself is built on. */
interface Engine {
  runKernelFunc(call: {
    inputs: Record<string, tf.Tensor>;
    forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor[];
    backwardsFunc: (dys: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor[];
}

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
    const outputs = (tf.engine() as unknown as Engine).runKernelFunc({
      inputs: Object.fromEntries(inputs.entries()),
      forwardFunc: (_, save) => {
        const result = definition(inputs, save);
        gradient = result.gradient;
        return result.outputs;
      },
      backwardsFunc: (dys, saved) => {
        const [dy] = Array.isArray(dys) ? dys : [dys];
        return Object.fromEntries(gradient(dy as tf.Tensor, saved).entries());
      },
    });
    return outputs as Out;
  };
}
