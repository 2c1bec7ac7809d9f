import type * as tf from '@tensorflow/tfjs';
import { copyOf, describe } from '../tfjs/copy-layer.js';
import { innerLayer } from '../tfjs/inside.js';
import { buildWith } from './inner-layer.js';
import type { NormalizedKernel } from './normalized-kernel.js';

/**
 * `x v / |v|`, from which data-dependent initialization takes scale and bias: the outputs of a layer with g = 1 in its last
 * kernel, before bias and activation. The kernels before that keep their g.
 */
export function linearOutputs(
  layer: tf.layers.Layer,
  kernels: readonly NormalizedKernel[],
  x: tf.Tensor,
  kwargs: object,
): tf.Tensor {
  const linear = linearCopy(layer);
  const last = kernels.length - 1;
  const readers = kernels.map((kernel, i) => ({
    read: () => (i === last ? kernel.direction() : kernel.read()),
  }));
  // Without a bias, a layer adds no weights but its kernels, always in the same order.
  buildWith(linear, x.shape, () => readers.shift()!);
  return [linear.call(x, { ...kwargs })].flat()[0]!;
}

function linearCopy(layer: tf.layers.Layer): tf.layers.Layer {
  const inner = innerLayer(layer);
  return copyOf(
    layer,
    inner ? { layer: describe(linearCopy(inner)) } : { activation: 'linear', useBias: false },
  );
}
