import * as tf from '@tensorflow/tfjs';
import type { Attributes, Inputs, KernelName, Output } from './kernels.js';
import type { Overrides } from './overrides.js';

/** For each input by which a gradient is wanted, a function that computes it. */
type Gradients = Record<string, () => tf.Tensor>;

type InputName<K extends KernelName> = string & keyof Inputs<K>;

/** The tensors that were saved of inputs, in the order of their names, and after them what else was saved. */
type Saved<K extends KernelName, Names extends readonly InputName<K>[]> = [
  ...{ -readonly [i in keyof Names]: Inputs<K>[Names[i]] },
  ...tf.Tensor[],
];

type Apply = (overrides: Overrides) => void;

/**
 * Puts a gradient in place of the one that a kernel has, or has not.
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
 * Puts a gradient before the one of a kernel that has one, which saves just these inputs; null leaves it to that one.
 * `original` computes that one for another dy.
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

/** Of a kernel with one output it is one tensor, whatever tfjs types it as. */
const one = <K extends KernelName>(dy: tf.Tensor | tf.Tensor[]): Output<K> => dy as Output<K>;

/** The same for a gradient that is computed from a kernel's one output, which its own saves. */
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

/** A gradient for a kernel of any number of inputs, all saved: a function for each. */
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
