import * as tf from '@tensorflow/tfjs';

/** What an optimizer gets: the gradients by the names of their variables, or in a list with them. */
export type VariableGradients =
  | Record<string, tf.Tensor | null>
  | { name: string; tensor: tf.Tensor | null }[];

/** The variables that have a gradient, in the order of the optimizer's own weights. */
export function updatesOf(
  gradients: VariableGradients,
): { variable: tf.Variable; gradient: tf.Tensor; i: number }[] {
  const list = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  const { registeredVariables } = tf.engine();
  return list.flatMap(({ name, tensor }, i) =>
    tensor ? [{ variable: registeredVariables[name] as tf.Variable, gradient: tensor, i }] : [],
  );
}

/** Whether an update can be made by TensorFlow's own training ops. */
export const isNative = (gradients: VariableGradients): boolean =>
  tf.getBackend() === 'tensorflow' && areAlike(gradients);

/** Whether variables and gradients are of float32 and match; tfjs's own updates cast and broadcast. */
export const areAlike = (gradients: VariableGradients): boolean =>
  updatesOf(gradients).every(
    ({ variable, gradient }) =>
      variable.dtype === 'float32' &&
      gradient.dtype === 'float32' &&
      tf.util.arraysEqual(variable.shape, gradient.shape),
  );
