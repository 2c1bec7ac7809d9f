import * as tf from '@tensorflow/tfjs';
import { constantOf, withLazyGradient } from '../../ops/gradient.js';
import { FLOAT, KEEP } from '../../ops/native-attributes.js';
import { type Handle, nativeResult } from '../../ops/native-op.js';
import { clearPadding } from '../../ops/padding.js';
import { exp } from '../../ops/smooth.js';
import { builtin } from '../../tfjs/builtins.js';
import { type CompiledModel, modelPrototype, type Step } from '../../tfjs/model-prototype.js';
import type { Acceleration } from '../acceleration.js';
import { crossEntropy } from './cross-entropy.js';
import { replaceCrossEntropies } from './softmax-cross-entropy.js';

/**
 * What each softmax was given, while a step of training or evaluation runs.
 *
 * It is shared because tfjs hands a loss the probabilities alone, and the softmax that made them may be in any layer: the
 * two meet only by the tensor. It is empty outside of steps, whose ops run synchronously, so that two steps never mix.
 */
let logitsOf: Map<tf.Tensor, tf.Tensor> | null = null;

/**
 * The cross-entropies of a softmax from its inputs, finite and right for extreme ones; tfjs's loss ends at 16.1, with no
 * gradient, where a probability is below 1e-7.
 */
export const unclippedCrossEntropy: Acceleration = {
  repair: true,
  apply(overrides) {
    replaceCrossEntropies(overrides, (t, p, isSparse) => {
      const z = logitsOf?.get(p);
      return z ? ofLogits(z, p, t) : crossEntropy(t, p, isSparse);
    });
    overrides.method(builtin('softmax').prototype, 'apply', (apply) => {
      return function (this: unknown, x: tf.Tensor, axis = -1) {
        return noted(x, apply.call(this, x, axis), axis);
      };
    });
    // A layer made before has the method as it was.
    overrides.method(builtin('Softmax').prototype, 'call', (call) => {
      return function (this: { axis: number }, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        const x = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
        return noted(x, call.call(this, inputs, kwargs), this.axis);
      };
    });
    overrides.method(modelPrototype(), 'makeTrainFunction', (make) => {
      return function (this: object) {
        return noting(make.call(this));
      };
    });
    overrides.method(modelPrototype(), 'makeTestFunction', (make) => {
      return function (this: CompiledModel) {
        make.call(this);
        this.testFunction = noting(this.testFunction);
      };
    });
  },
};

/** A step during which it is noted what each softmax is given. */
function noting(step: Step): Step {
  return (data) => {
    const outer = logitsOf;
    logitsOf = new Map();
    try {
      return step(data);
    } finally {
      for (const logits of logitsOf.values()) logits.dispose();
      logitsOf = outer;
    }
  };
}

/** Notes what a softmax of the last axis was given. */
function noted(x: tf.Tensor, y: tf.Tensor, axis: number): tf.Tensor {
  const last = axis === -1 || axis === x.rank - 1;
  if (last && logitsOf && !logitsOf.has(y)) logitsOf.set(y, tf.keep(tf.clone(x)));
  return y;
}

/**
 * Forward: `L = -sum_k t_k log p_k`, `log p = z - log sum exp z`. Backward: `dz = dL (p sum_k t_k - t)`.
 *
 * Defined for logits that are finite, or -Infinity, as a mask makes them, where the target is 0.
 *
 * @param z logits, `[..., classes]`
 * @param y `softmax(z)`
 * @param t in the shape of z
 */
function ofLogits(z: tf.Tensor, y: tf.Tensor, t: tf.Tensor): tf.Tensor {
  const [loss] = withLazyGradient<[tf.Tensor], [tf.Tensor]>(([z], save) => {
    save([t, y]);
    const losses = native(z, t) ?? tf.neg(tf.sum(tf.mul(t, logSoftmax(tf.maximum(z, LOWEST))), -1));
    return { outputs: [losses], gradient };
  })(z);
  return loss;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [t, y] = saved as [tf.Tensor, tf.Tensor];
    return [() => nativeSlope(dy, y, t) ?? slope(dy, y, t)];
  }
}

/** In place of -Infinity, whose product with a target of 0 is not a number. */
const LOWEST = -3.4e38;

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
    const expected = op('Mul', FLOAT, p, op('Sum', KEEP, t, last));
    const column = op('ExpandDims', EXPAND, dy, last);
    return op('Mul', FLOAT, op('Sub', FLOAT, expected, t), column);
  });
}

const EXPAND = { ...FLOAT, Tdim: 'int32' } as const;

const slope = (dy: tf.Tensor, p: tf.Tensor, t: tf.Tensor): tf.Tensor =>
  clearPadding(tf.sub(tf.mul(p, tf.sum(t, -1, true)), t).mul(tf.expandDims(dy, -1)));

function logSoftmax(z: tf.Tensor): tf.Tensor {
  const largest = constantOf(z, (z) => tf.max(z, -1, true));
  const shifted = tf.sub(z, largest);
  return tf.sub(shifted, tf.log(tf.sum(exp(shifted), -1, true)));
}
