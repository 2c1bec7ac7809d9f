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

/** A replacement: another layer, new and not built, and its weights in the order of its `getWeights()`. */
export interface LayerInstead {
  layer: tf.layers.Layer;
  weights: tf.Tensor[];
}

/** What a layer computes at prediction, in terms of simpler layers. */
export type Prediction =
  /** Nothing. */
  | { is: 'identity' }
  /** A linear map of one axis, which can be folded into a neighbouring kernel. */
  | { is: 'map'; map: AxisMap }
  /** What another layer computes. */
  | ({ is: 'layer' } & LayerInstead)
  /**
   * What several layers compute from the input, and one that joins their outputs element by element. Each branch is named
   * after the layer and its role in it; the join has the name of the layer.
   */
  | { is: 'branches'; branches: Readonly<Record<string, LayerInstead>>; join: tf.layers.Layer };

/** A layer that `fold` can replace by simpler ones. */
export interface Foldable {
  /** Null where the layer cannot be replaced. Called on a built layer inside `tf.tidy`; the caller owns the tensors. */
  prediction(): Prediction | null;
}

/** `y = x factor`; null where the number of features is not known. */
export function scaled(factor: number, features: number | null): Prediction | null {
  if (factor === 1) return { is: 'identity' };
  if (features === null) return null;
  return { is: 'map', map: { axis: -1, scale: tf.fill([features], factor), shift: tf.zeros([features]) } };
}
