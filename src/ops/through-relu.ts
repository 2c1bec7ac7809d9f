import * as tf from '@tensorflow/tfjs';
import { isRecording } from '../tfjs/recording.js';
import { FLOAT } from './native-attributes.js';
import { type Handle, nativeResult, type Ops } from './native-op.js';

/**
 * `v where gate > 0, else 0`, and NaN where the gate is: relu's gradient, of two passes on the native backend, where
 * tfjs's own makes six. TensorFlow's op for it would give 0 for NaN, and a model that diverged would go on as if it had not.
 */
export function throughRelu<T extends tf.Tensor>(v: T, gate: tf.Tensor): T {
  const native =
    isRecording() || gate.dtype !== 'float32'
      ? null
      : nativeResult([v, gate], (ops, v, gate) => throughReluInOps(ops, v, ops.op('Relu', FLOAT, gate)));
  return (native ?? tf.mul(v, tf.step(gate))) as T;
}

/** The same by relu's output y. */
export function throughReluOf<T extends tf.Tensor>(v: T, y: tf.Tensor): T {
  const native = isRecording() ? null : nativeResult([v, y], throughReluInOps);
  return (native ?? tf.mul(v, tf.step(y))) as T;
}

export const throughReluInOps = ({ op }: Pick<Ops, 'op'>, v: Handle, y: Handle): Handle =>
  op('Mul', FLOAT, v, op('Sign', FLOAT, y));
