import * as tf from '@tensorflow/tfjs';
import type { Slot, VariableGradients } from '../../tfjs/optimizers.js';

/** A variable and its gradient. */
export interface Update {
  variable: tf.Variable;
  gradient: tf.Tensor;
  /** Its place among the optimizer's own weights. */
  i: number;
}

/** The variables that have a gradient, in the order of the optimizer's own weights. */
export function updatesOf(gradients: VariableGradients): Update[] {
  const list = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  const { registeredVariables } = tf.engine();
  return list.flatMap(({ name, tensor }, i) =>
    tensor ? [{ variable: registeredVariables[name]!, gradient: tensor, i }] : [],
  );
}

/** Whether an update can be made by TensorFlow's own training ops. */
export const isNative = (gradients: VariableGradients): boolean =>
  tf.getBackend() === 'tensorflow' && areAlike(gradients);

/** Whether variables and gradients are of float32 and match; tfjs's own updates cast and broadcast. */
export const areAlike = (gradients: VariableGradients): boolean =>
  updatesOf(gradients).every(
    ({ variable, gradient }) =>
      // Undefined where it is disposed: tfjs has an error for it.
      variable?.dtype === 'float32' &&
      gradient.dtype === 'float32' &&
      tf.util.arraysEqual(variable.shape, gradient.shape),
  );

/**
 * Whether each variable has all of its slots, like itself. tfjs makes those that are missing, in the first step and after
 * weights of another optimizer were loaded, and has errors for what does not fit.
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
