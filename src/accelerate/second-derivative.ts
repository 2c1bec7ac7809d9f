import * as tf from '@tensorflow/tfjs';

type Form = (x: tf.Tensor, gain: tf.Tensor | null, bias: tf.Tensor | null) => tf.Tensor;

/**
 * The gradients of a normalization by way of tfjs's own ops, which can be differentiated again, where a fused op cannot:
 * for each of x, gain and bias that is there.
 */
export function gradientsOf(
  form: Form,
  [x, gain, bias]: [tf.Tensor, tf.Tensor | null, tf.Tensor | null],
  dy: tf.Tensor,
): (() => tf.Tensor)[] {
  const inputs = [x, gain, bias].filter((input) => input !== null);
  const gradients = tf.grads((...inputs: tf.Tensor[]) => {
    const [x, ...rest] = inputs as [tf.Tensor, ...tf.Tensor[]];
    return form(x, gain && (rest[0] as tf.Tensor), bias && (rest.at(-1) as tf.Tensor));
  })(inputs, dy);
  return gradients.map((gradient) => () => gradient);
}
