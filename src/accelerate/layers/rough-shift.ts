import type * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../../ops/gradient.js';
import { BIAS, FLOAT } from '../../ops/native-attributes.js';
import { nativeProgram } from '../../ops/native-op.js';

/**
 * Takes from each channel a number near its mean, on the native backend: the means of TensorFlow's fused batch normalization
 * are off by more than tfjs's, which for channels far from 0 is a part of their deviation.
 *
 * The gradient is that of a constant shift, for what comes after and does not change by one.
 *
 * @param x the channels last
 * @returns x without them, and the numbers, `[channels]`
 */
export function shiftRoughly(x: tf.Tensor): [shifted: tf.Tensor, by: tf.Tensor] {
  const rows = x.size / x.shape.at(-1)!;
  return withLazyGradient<[tf.Tensor], [tf.Tensor, tf.Tensor]>(([x]) => {
    const outputs = nativeProgram([x], ({ op, scalar }, x) => {
      const by = op('Mul', FLOAT, op('BiasAddGrad', BIAS, x), scalar(1 / rows));
      return [op('Sub', FLOAT, x, by), by];
    })!;
    return { outputs, gradient: (dy) => [() => dy.clone()] };
  })(x);
}
