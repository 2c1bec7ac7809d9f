import * as tf from '@tensorflow/tfjs';
import { nativeOps } from '../ops/native-op.js';

/** Where TensorFlow's fused op finds the channels, of which each is normalized by itself: last, or second. */
export type Channels = 'NHWC' | 'NCHW';

/** What the op saves for its gradient. */
export type Saved = [mean: tf.Tensor, variance: tf.Tensor, reserve: tf.Tensor];

const attributes = (channels: Channels, epsilon: number) =>
  ({ T: 'float32', U: 'float32', data_format: { string: channels }, is_training: true, epsilon }) as const;

/** Normalizes the channels of a tensor of four axes by their own mean and biased variance; native backend only. */
export function fusedBatchNorm(
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  channels: Channels,
  epsilon: number,
): { y: tf.Tensor; saved: Saved } {
  const none = tf.tensor1d([]);
  const outputs = nativeOps(
    'FusedBatchNormV3',
    attributes(channels, epsilon),
    () => [x, scale, offset, none, none],
    6,
  ) as tf.Tensor[];
  const [y, , , mean, variance, reserve] = outputs;
  return { y, saved: [mean, variance, reserve] } as { y: tf.Tensor; saved: Saved };
}

/** The gradients by x, scale and offset. */
export function fusedBatchNormGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  scale: tf.Tensor,
  saved: Saved,
  channels: Channels,
  epsilon: number,
): [dx: tf.Tensor, dscale: tf.Tensor, doffset: tf.Tensor] {
  const outputs = nativeOps(
    'FusedBatchNormGradV3',
    attributes(channels, epsilon),
    () => [dy, x, scale, ...saved],
    5,
  ) as tf.Tensor[];
  return outputs.slice(0, 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
}
