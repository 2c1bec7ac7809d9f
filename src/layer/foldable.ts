import * as tf from '@tensorflow/tfjs';

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

/** Another layer, new and not built, and its weights in the order of its `getWeights()`. */
export interface LayerInstead {
  layer: tf.layers.Layer;
  weights: tf.Tensor[];
}

/** What a layer does at prediction, said with simpler layers. */
export type Prediction =
  /** Nothing. */
  | { is: 'identity' }
  /** A linear map of one axis, which can be taken into a neighbouring kernel. */
  | { is: 'map'; map: AxisMap }
  /** What another layer does. */
  | ({ is: 'layer' } & LayerInstead)
  /**
   * What several do, each with the input, and one that joins their outputs element by element. Each branch is named
   * after the layer and its part in it, the join as the layer.
   */
  | { is: 'branches'; branches: Readonly<Record<string, LayerInstead>>; join: tf.layers.Layer };

/** A layer that `fold` can say with simpler ones. */
export interface Foldable {
  /** Null where it stays as it is. Called on a built layer inside `tf.tidy`; the tensors are the caller's. */
  prediction(): Prediction | null;
}

/** `y = x factor`; null where the number of features is not known. */
export function scaled(factor: number, features: number | null): Prediction | null {
  if (factor === 1) return { is: 'identity' };
  if (features === null) return null;
  return { is: 'map', map: { axis: -1, scale: tf.fill([features], factor), shift: tf.zeros([features]) } };
}
