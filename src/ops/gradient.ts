import * as tf from '@tensorflow/tfjs';
import { runCustomOp } from '../tfjs/custom-op.js';
import { isNested } from '../tfjs/recording.js';

type Save<Saved extends tf.Tensor[]> = (tensors: Saved) => void;

/** Computes the value of an op, saves what its gradient needs, and returns both. */
type Definition<In extends tf.Tensor[], Out extends tf.Tensor, Saved extends tf.Tensor[]> = (
  inputs: In,
  save: Save<Saved>,
) => { value: Out; gradient: (dy: Out, saved: Saved) => tf.Tensor[] };

/** Computes the value of an op and what else it has to tell, which has no gradient; saves what the gradient needs. */
type LazyDefinition<In extends tf.Tensor[], Out extends tf.Tensor[], Saved extends tf.Tensor[]> = (
  inputs: In,
  save: Save<Saved>,
) => { outputs: Out; gradient: (dy: Out[0], saved: Saved) => (() => tf.Tensor)[] };

/**
 * An op with a gradient of its own: `tf.customGrad` for several inputs, whose gradient is a list in the order of the
 * inputs; tfjs types only ops of one input. Whatever the definition uses without getting it as an input has zero gradient.
 *
 * What a gradient saved is a constant to a second one. Where a gradient is to be differentiated, the op is its composition,
 * by which derivatives of any order are right.
 *
 * @param composed by default what computes the value, which is then to be made of ops with gradients
 */
export function withGradient<
  In extends tf.Tensor[],
  Out extends tf.Tensor,
  Saved extends tf.Tensor[] = tf.Tensor[],
>(
  definition: Definition<In, Out, Saved>,
  composed: (...inputs: In) => Out = (...inputs) => definition(inputs, () => {}).value,
): (...inputs: In) => Out {
  const op = withLazyGradient<In, [Out], Saved>(lazy(definition), (...inputs) => [composed(...inputs)]);
  return (...inputs) => op(...inputs)[0];
}

/**
 * The same for a gradient that is made of ops with gradients, and saves nothing but inputs and constants, as that of a
 * linear map: it is right however often it is differentiated, and the value may come of ops that have none.
 */
export function withDifferentiableGradient<
  In extends tf.Tensor[],
  Out extends tf.Tensor,
  Saved extends tf.Tensor[] = tf.Tensor[],
>(definition: Definition<In, Out, Saved>): (...inputs: In) => Out {
  return (...inputs) => run(lazy(definition), inputs)[0];
}

/**
 * A value that is to count as a constant: what computes it leaves nothing on the tape, where it would be kept for a
 * gradient that is not wanted.
 */
export function constantOf<In extends tf.Tensor, Out extends tf.Tensor>(x: In, f: (x: In) => Out): Out {
  return withDifferentiableGradient<[In], Out>(([x]) => {
    const { shape } = x;
    return { value: f(x), gradient: () => [tf.zeros(shape)] };
  })(x);
}

/**
 * `withGradient` for gradients of which some may not be needed, as that of a first layer's input: a function of the list
 * is called only for inputs that are on the way to what is differentiated, as with the gradients of tfjs's own kernels.
 * What several of them need is computed before the list is returned.
 */
export function withLazyGradient<
  In extends tf.Tensor[],
  Out extends tf.Tensor[],
  Saved extends tf.Tensor[] = tf.Tensor[],
>(
  definition: LazyDefinition<In, Out, Saved>,
  composed: (...inputs: In) => Out = (...inputs) => definition(inputs, () => {}).outputs,
): (...inputs: In) => Out {
  return (...inputs) => (isNested() ? composed(...inputs) : run(definition, inputs));
}

function lazy<In extends tf.Tensor[], Out extends tf.Tensor, Saved extends tf.Tensor[]>(
  definition: Definition<In, Out, Saved>,
): LazyDefinition<In, [Out], Saved> {
  return (inputs, save) => {
    const { value, gradient } = definition(inputs, save);
    return {
      outputs: [value],
      gradient: (dy, saved) => gradient(dy, saved).map((gradient) => () => gradient),
    };
  };
}

function run<In extends tf.Tensor[], Out extends tf.Tensor[], Saved extends tf.Tensor[]>(
  definition: LazyDefinition<In, Out, Saved>,
  inputs: In,
): Out {
  let gradient: ReturnType<LazyDefinition<In, Out, Saved>>['gradient'];
  return runCustomOp<Out, Saved>({
    inputs,
    forward: (save) => {
      const result = definition(inputs, save);
      gradient = result.gradient;
      return result.outputs;
    },
    backward: (dys, saved) => gradient(dys[0]!, saved),
  });
}
