import * as tf from '@tensorflow/tfjs';
import { isRecording } from '../tfjs/recording.js';
import { FLOAT } from './native-attributes.js';
import { type Handle, nativeResult, type Ops } from './native-op.js';

/**
 * `dy where x > 0, else 0`, and NaN where x is: relu's gradient by its input x, in two passes on the native backend, where
 * tfjs's own makes six. TensorFlow's op for it would give 0 for NaN, which would hide that a model has diverged.
 */
export function reluGradient<T extends tf.Tensor>(dy: T, x: tf.Tensor): T {
  const native =
    isRecording() || x.dtype !== 'float32'
      ? null
      : nativeResult([dy, x], (ops, dy, x) => reluGradientInOps(ops, dy, ops.op('Relu', FLOAT, x)));
  return (native ?? reluGradientInTensors(dy, x)) as T;
}

/** The same by relu's output y. */
export function reluGradientByOutput<T extends tf.Tensor>(dy: T, y: tf.Tensor): T {
  const native = isRecording() ? null : nativeResult([dy, y], reluGradientInOps);
  return (native ?? reluGradientInTensors(dy, y)) as T;
}

/** Composed of ops of tfjs, by input or output. */
export const reluGradientInTensors = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.mul(dy, tf.step(y));

/** Within a program of TensorFlow's ops, by output. */
export const reluGradientInOps = ({ op }: Pick<Ops, 'op'>, dy: Handle, y: Handle): Handle =>
  op('Mul', FLOAT, dy, op('Sign', FLOAT, y));
