import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../ops/gradient.js';
import { FLOAT, INDEXED } from '../ops/native-attributes.js';
import { type Handle, nativeResult } from '../ops/native-op.js';
import { clearPadding } from '../ops/padding.js';
import { builtin } from '../tfjs/builtins.js';
import { isRecording } from '../tfjs/recording.js';
import type { Acceleration } from './acceleration.js';

type Loss = (target: tf.Tensor, output: tf.Tensor) => tf.Tensor;

interface Trained {
  lossFunctions: Loss[];
}

/** While a training step runs: what each softmax of it was given. */
let logitsOf: Map<tf.Tensor, tf.Tensor> | null = null;

/**
 * The cross-entropies of a softmax from its inputs, value and gradient in closed form. tfjs divides by the sum, clips, and
 * takes logarithm and product one by one, and their gradients in turn; its loss ends at 16.1, with no gradient, where a
 * probability is below 1e-7.
 */
export const softmaxCrossEntropy: Acceleration = {
  apply(patches) {
    const [categorical, sparse] = ['categoricalCrossentropy', 'sparseCategoricalCrossentropy'].map(lossOf);
    const ofLogits = (loss: Loss): Loss => {
      if (loss !== categorical && loss !== sparse) return loss;
      return (target, output) => {
        const logits = logitsOf?.get(output);
        if (!logits) return loss(target, output);
        return tf.tidy(() => crossEntropy(logits, output, loss === sparse ? oneHot(target, output) : target));
      };
    };

    patches.method(builtin('softmax').prototype, 'apply', (apply) => {
      return function (this: unknown, x: tf.Tensor, axis = -1) {
        return noted(x, apply.call(this, x, axis), axis);
      };
    });
    // A layer made before has the method as it was.
    patches.method(builtin('Softmax').prototype, 'call', (call) => {
      return function (this: { axis: number }, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        const x = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
        return noted(x, call.call(this, inputs, kwargs), this.axis);
      };
    });
    patches.method(tf.LayersModel.prototype as never, 'makeTrainFunction' as never, (make) => {
      return function (this: Trained) {
        const lossFunctions = this.lossFunctions.map(ofLogits);
        const step = make.call(Object.create(this, { lossFunctions: { value: lossFunctions } }));
        return (data: tf.Tensor[]) => {
          const outer = logitsOf;
          logitsOf = new Map();
          try {
            return step(data);
          } finally {
            for (const logits of logitsOf.values()) logits.dispose();
            logitsOf = outer;
          }
        };
      };
    });
  },
};

/** Notes what a softmax of the last axis was given. */
function noted(x: tf.Tensor, y: tf.Tensor, axis: number): tf.Tensor {
  const last = axis === -1 || axis === x.rank - 1;
  if (last && logitsOf && !logitsOf.has(y)) logitsOf.set(y, tf.keep(tf.clone(x)));
  return y;
}

/** The function that a model gets by a loss's name: tfjs does not export it. */
function lossOf(loss: string): Loss {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ loss, optimizer: tf.train.sgd(1) });
  const [found] = (model as unknown as { model: Trained }).model.lossFunctions;
  model.optimizer.dispose();
  model.dispose();
  return found as Loss;
}

const oneHot = (target: tf.Tensor, output: tf.Tensor): tf.Tensor => {
  const labels = tf.cast(tf.floor(tf.reshape(target, [-1])), 'int32');
  return tf.reshape(tf.oneHot(labels, output.shape.at(-1) as number), output.shape);
};

/**
 * Forward: `L = -sum_k t_k log p_k`, `log p = z - log sum exp z`. Backward: `dz = dL (p sum_k t_k - t)`.
 *
 * Defined for logits that are finite, or -Infinity, as a mask makes them, where the target is 0.
 *
 * @param z logits, `[..., classes]`
 * @param y `softmax(z)`
 * @param target in the shape of z
 */
function crossEntropy(z: tf.Tensor, y: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const t = tf.cast(target, 'float32');
  const [loss] = withLazyGradient<[tf.Tensor], [tf.Tensor]>(([z], save) => {
    save([z, t, y]);
    const losses = native(z, t) ?? tf.neg(tf.sum(tf.mul(t, logSoftmax(tf.maximum(z, LOWEST))), -1));
    return { outputs: [losses], gradient };
  })(z);
  return loss;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [z, t, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    if (isRecording()) return [() => slope(dy, tf.exp(logSoftmax(z)), t)];
    return [() => nativeSlope(dy, y, t) ?? slope(dy, y, t)];
  }
}

/** In place of -Infinity, whose product with a target of 0 is not a number. */
const LOWEST = -3.4e38;

const SUM = { ...INDEXED, keep_dims: true } as const;

/** By the op that TensorFlow has for it, whose own gradient is right only where the targets add up to 1. */
function native(z: tf.Tensor, t: tf.Tensor): tf.Tensor | null {
  if (z.rank !== 2 || z.size === 0) return null;
  return nativeResult([z, t], ({ op, ops, scalar }, z, t) => {
    const finite = op('Maximum', FLOAT, z, scalar(LOWEST));
    const [losses] = ops(2, 'SoftmaxCrossEntropyWithLogits', FLOAT, finite, t);
    return losses as Handle;
  });
}

function nativeSlope(dy: tf.Tensor, p: tf.Tensor, t: tf.Tensor): tf.Tensor | null {
  return nativeResult([dy, p, t], ({ op, integers }, dy, p, t) => {
    const last = integers([-1]);
    const expected = op('Mul', FLOAT, p, op('Sum', SUM, t, last));
    const column = op('ExpandDims', EXPAND, dy, last);
    return op('Mul', FLOAT, op('Sub', FLOAT, expected, t), column);
  });
}

const EXPAND = { ...FLOAT, Tdim: 'int32' } as const;

const slope = (dy: tf.Tensor, p: tf.Tensor, t: tf.Tensor): tf.Tensor =>
  clearPadding(tf.sub(tf.mul(p, tf.sum(t, -1, true)), t).mul(tf.expandDims(dy, -1)));

function logSoftmax(z: tf.Tensor): tf.Tensor {
  const shifted = tf.sub(z, tf.max(z, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}
