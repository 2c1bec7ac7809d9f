import type * as tf from '@tensorflow/tfjs';

/** A linear map of one axis: `y = x * scale + shift` or `y = x matrix + shift`, the same at every other index. */
export type AxisMap = {
  /** The axis of the features; negative counts from the end. */
  axis: number;
  /** `[features]` */
  shift: tf.Tensor1D;
} & (
  | { /** `[features]` */ scale: tf.Tensor1D }
  | { /** `[features, features]`, rows are inputs */ matrix: tf.Tensor2D }
);

/** What a layer does at prediction, said with simpler layers. */
export type Prediction =
  /** Nothing. */
  | { is: 'identity' }
  /** A linear map of one axis, which can be taken into a neighbouring kernel. */
  | { is: 'map'; map: AxisMap }
  /** Another layer, new and not built, and its weights in the order of its `getWeights()`. */
  | { is: 'layer'; layer: tf.layers.Layer; weights: tf.Tensor[] };

/** A layer that `fold` can say with simpler ones. */
export interface Foldable {
  /** Called on a built layer inside `tf.tidy`; the tensors are the caller's. */
  prediction(): Prediction;
}
