import * as tf from '@tensorflow/tfjs';

/** `[batch, features]` to `[groups, batch, size]`. */
export function split(t: tf.Tensor2D, size: number): tf.Tensor3D {
  const [batch, features] = t.shape;
  const groups = features / size;
  return groups === 1 ? t.expandDims(0) : tf.transpose(t.reshape([batch, groups, size]), [1, 0, 2]);
}

/** `[groups, batch, size]` to `[batch, features]`. */
export function join(t: tf.Tensor3D): tf.Tensor2D {
  const [groups, batch, size] = t.shape;
  return groups === 1 ? t.reshape([batch, size]) : tf.transpose(t, [1, 0, 2]).reshape([batch, groups * size]);
}

/** `[groups, 1, 1]` to `[features]`. */
export function alongFeatures(t: tf.Tensor3D, size: number): tf.Tensor1D {
  return tf.tile(t, [1, 1, size]).flatten();
}

/** The matrices of the groups along the diagonal of one: `[groups, size, size]` to `[features, features]`. */
export function blockDiagonal(blocks: tf.Tensor3D): tf.Tensor2D {
  return tf.tidy(() => {
    const [groups, size] = blocks.shape;
    const rows = blocks.reshape([groups, size, 1, size]);
    const places = tf.eye(groups).reshape([groups, 1, groups, 1]);
    return rows.mul(places).reshape([groups * size, groups * size]);
  });
}
