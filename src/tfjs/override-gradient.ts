import * as tf from '@tensorflow/tfjs';
import type { Attributes, Inputs, KernelName, Output } from './kernels.js';
import type { Overrides } from './overrides.js';

/** For each input a function that computes the gradient by it, which is called only where that is wanted. */
type Gradients = Record<string, () => tf.Tensor>;

type InputName<K extends KernelName> = string & keyof Inputs<K>;

/** The saved inputs in the order of their names, and after them what else the kernel saved. */
type Saved<K extends KernelName, Names extends readonly InputName<K>[]> = [
  ...{ -readonly [i in keyof Names]: Inputs<K>[Names[i]] },
  ...tf.Tensor[],
];

type Apply = (overrides: Overrides) => void;

/**
 * Registers a gradient for a kernel, in place of its own if it has one.
 *
 * @param inputs that are saved for the gradient
 */
export const replaceGradient =
  <K extends KernelName, const Names extends readonly InputName<K>[]>(
    kernelName: K,
    inputs: Names,
    gradient: (dy: Output<K>, saved: Saved<K, Names>, attributes: Attributes<K>) => Gradients,
  ): Apply =>
  (overrides) =>
    overrides.gradient({
      kernelName,
      inputsToSave: [...inputs],
      gradFunc: (dy, saved, attributes) =>
        gradient(one<K>(dy), saved as Saved<K, Names>, attributes as Attributes<K>),
    });

/**
 * Overrides the gradient of a kernel that has one and saves just these inputs. The override may return null to leave a
 * call to the original, and gets the original to call it with another dy.
 */
export const overrideGradient =
  <K extends KernelName, const Names extends readonly InputName<K>[]>(
    kernelName: K,
    inputs: Names,
    gradient: (
      dy: Output<K>,
      saved: Saved<K, Names>,
      attributes: Attributes<K>,
      original: (dy: tf.Tensor) => Gradients,
    ) => Gradients | null,
  ): Apply =>
  (overrides) => {
    const before = tf.getGradient(kernelName);
    if (before?.inputsToSave?.join() !== inputs.join()) return;
    overrides.gradient({
      ...before,
      gradFunc: (dy, saved, attributes) => {
        const original = (dy: tf.Tensor) => before.gradFunc(dy, saved, attributes);
        return (
          gradient(one<K>(dy), saved as Saved<K, Names>, attributes as Attributes<K>, original) ??
          before.gradFunc(dy, saved, attributes)
        );
      },
    });
  };

/** tfjs has a list of tensors only for kernels of several outputs, of which there is none here. */
const one = <K extends KernelName>(dy: tf.Tensor | tf.Tensor[]): Output<K> => dy as Output<K>;

/** The same for a kernel whose gradient saves its one output y. */
export const overrideOutputGradient =
  <K extends KernelName>(
    kernelName: K,
    gradient: (dy: Output<K>, y: Output<K>, attributes: Attributes<K>) => Gradients | null,
  ): Apply =>
  (overrides) => {
    const before = tf.getGradient(kernelName);
    if (before?.outputsToSave?.length !== 1) return;
    overrides.gradient({
      ...before,
      gradFunc: (dy, saved, attributes) => {
        const [y] = saved as [Output<K>];
        return gradient(one<K>(dy), y, attributes as Attributes<K>) ?? before.gradFunc(dy, saved, attributes);
      },
    });
  };

/** Registers a gradient for a kernel with any number of inputs, which are all saved; it returns a function for each. */
export const replaceListGradient =
  <K extends KernelName>(
    kernelName: K,
    gradient: (dy: Output<K>, inputs: tf.Tensor[], attributes: Attributes<K>) => (() => tf.Tensor)[],
  ): Apply =>
  (overrides) =>
    overrides.gradient({
      kernelName,
      saveAllInputs: true,
      gradFunc: (dy, saved, attributes) =>
        Object.fromEntries(gradient(one<K>(dy), saved, attributes as Attributes<K>).entries()),
    });
