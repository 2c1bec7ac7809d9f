import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../ops/gradient.js';
import { isRecording } from '../ops/recording.js';
import type { Acceleration } from './acceleration.js';
import { builtin } from './builtins.js';
import {
  type Activation,
  activationOf,
  type CallArgs,
  type Cell,
  isPlain,
  type Recurrent,
} from './recurrent.js';

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

/**
 * Layers of a class by a recurrence. Those with a mask, a given, kept or returned state, dropout or an activation of their
 * own are left to tfjs.
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
    apply(patches) {
      patches.method(builtin(className).prototype, 'call', (call) => {
        return function (this: Recurrent, inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs | null) {
          if (!isPlain(this, inputs, kwargs)) return call.call(this, inputs, kwargs);
          const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
          return tf.tidy(() => {
            const ordered = this.goBackwards ? tf.reverse(x, 1) : x;
            return run(this, ordered, choose(this.cell), composed);
          });
        };
      });
    },
  };
}

function run(
  { cell, returnSequences }: Recurrent,
  x: tf.Tensor3D,
  recurrence: Recurrence,
  composed: Recurrence,
): tf.Tensor {
  const form: Form = {
    activation: activationOf(cell.activation) as Activation,
    gates: activationOf(cell.recurrentActivation) as Activation,
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
    if (isRecording()) {
      const again = tf.grads((...inputs: tf.Tensor[]) => composed.forward(inputs, form).y)(inputs, dy);
      return again.map((gradient) => () => gradient);
    }
    return recurrence.backward(dy, inputs, saved.slice(inputs.length), form);
  }
}
