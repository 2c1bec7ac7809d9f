import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../../ops/gradient.js';
import { builtin } from '../../tfjs/builtins.js';
import type { Cell, Recurrent } from '../../tfjs/layer-fields.js';
import { isNested } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { type Algebra, compute, type Shaped } from '../algebra.js';
import { type Activation, activationOf, type CallArgs, isPlain } from './recurrent.js';

/** How a layer computes. */
export interface Form {
  activation: Activation;
  gates: Activation;
  /** Whether the states of all steps are asked for, or the last one. */
  all: boolean;
}

/** A recurrence over a whole sequence; its inputs are x, the kernel, the recurrent kernel, and the bias if there is one. */
export interface Recurrence {
  /** The output, and what the gradient needs. */
  forward(inputs: tf.Tensor[], form: Form): { y: tf.Tensor; trace: tf.Tensor[] };
  /** A function for the gradient by each input. */
  backward(dy: tf.Tensor, inputs: tf.Tensor[], trace: tf.Tensor[], form: Form): (() => tf.Tensor)[];
}

/** A recurrence in the operations of an algebra. */
export interface Equations {
  /** The output, and what the gradient needs. */
  forward<T extends Shaped>(algebra: Algebra<T>, inputs: T[], form: Form): T[];
  /** Backpropagation through time: the gradients by the inputs of the activations. */
  backpropagate<T extends Shaped>(algebra: Algebra<T>, dy: T, inputs: T[], trace: T[], form: Form): T[];
  /** From these, the gradients by x, the kernel, the recurrent kernel and the bias. */
  gradients: (<T extends Shaped>(algebra: Algebra<T>, d: T[], inputs: T[], trace: T[]) => T)[];
}

export function recurrenceOf({ forward, backpropagate, gradients }: Equations): Recurrence {
  return {
    forward(inputs, form) {
      const [y, ...trace] = compute(inputs, (algebra, inputs) => forward(algebra, inputs, form));
      return { y: y!, trace };
    },
    backward(dy, inputs, trace, form) {
      const count = inputs.length;
      const d = compute([dy, ...inputs, ...trace], (algebra, [dy, ...rest]) =>
        backpropagate(algebra, dy!, rest.slice(0, count), rest.slice(count), form),
      );
      return gradients.slice(0, count).map((gradient) => () => {
        const [result] = compute([...d, ...inputs, ...trace], (algebra, all) => {
          const [d0, rest] = [all.slice(0, d.length), all.slice(d.length)];
          return [gradient(algebra, d0, rest.slice(0, count), rest.slice(count))];
        });
        return result!;
      });
    },
  };
}

/**
 * Layers of a class by a recurrence, where it is faster. Those with a mask, a given, kept or returned state, dropout, or a
 * cell or an activation of their own are left to tfjs.
 *
 * @param composed of ops that have gradients, so that a second derivative can be taken through it
 * @param choose the recurrence for a cell
 */
export function wholeSequence(
  className: string,
  composed: Recurrence,
  choose: (cell: Cell) => Recurrence,
): Pick<Acceleration, 'apply'> {
  return {
    apply(overrides) {
      overrides.method(builtin(className).prototype, 'call', (call) => {
        return function (this: Recurrent, inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs | null) {
          if (!isPlain(this, className, inputs, kwargs)) return call.call(this, inputs, kwargs);
          const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
          // On webgl a step of tfjs's own is the faster one; over a single step it has no gradient.
          if (tf.getBackend() === 'webgl' && x.shape[1] > 1) return call.call(this, inputs, kwargs);
          return tf.tidy(() => {
            const ordered = this.goBackwards ? tf.reverse(x, 1) : x;
            return run(this, ordered, isNested() ? composed : choose(this.cell));
          });
        };
      });
    },
  };
}

function run({ cell, returnSequences }: Recurrent, x: tf.Tensor3D, recurrence: Recurrence): tf.Tensor {
  const form: Form = {
    activation: activationOf(cell.activation)!,
    gates: activationOf(cell.recurrentActivation)!,
    all: returnSequences,
  };
  const weights = [cell.kernel, cell.recurrentKernel, cell.bias].flatMap((weight) =>
    weight ? [weight.read()] : [],
  );
  const [y] = withLazyGradient<tf.Tensor[], [tf.Tensor]>((inputs, save) => {
    const { y, trace } = recurrence.forward(inputs, form);
    save([...inputs, ...trace]);
    return { outputs: [y], gradient };
  })(x, ...weights);
  return y;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const inputs = saved.slice(0, weights.length + 1);
    return recurrence.backward(dy, inputs, saved.slice(inputs.length), form);
  }
}
