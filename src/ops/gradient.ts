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
