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
      // Undefined where it is disposed: tfjs has words for it.
      variable?.dtype === 'float32' &&
      gradient.dtype === 'float32' &&
      tf.util.arraysEqual(variable.shape, gradient.shape),
  );

/** What an optimizer keeps for a variable, as tfjs stores it. */
export interface Slot {
  originalName: string;
  variable: tf.Variable;
}

/**
 * Whether each variable has all of its slots, like itself. tfjs makes those that are missing, in the first step and after
 * weights of another optimizer were loaded, and has words for what does not fit.
 */
export const haveSlots = (
  gradients: VariableGradients,
  slotsOf: (i: number) => (Slot | undefined)[],
): boolean =>
  updatesOf(gradients).every(({ variable, i }) =>
    slotsOf(i).every(
      (slot) =>
        slot !== undefined &&
        !slot.variable.isDisposed &&
        slot.variable.dtype === 'float32' &&
        tf.util.arraysEqual(slot.variable.shape, variable?.shape ?? []),
    ),
  );
