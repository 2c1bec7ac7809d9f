import * as tf from '@tensorflow/tfjs';
import { FLOAT, INDEXED, SHAPED } from '../../ops/native-attributes.js';
import { nativeResult } from '../../ops/native-op.js';
import type { Reduction } from '../../tfjs/kernels.js';
import { isRecording } from '../../tfjs/recording.js';
import { axesOf } from '../reduced-axes.js';

/** `factor dy`, broadcast over the axes of x that were reduced: the gradient of a sum, or of a mean with factor `1 / n`. */
export function overReduced(dy: tf.Tensor, x: tf.Tensor, reduction: Reduction, factor = 1): tf.Tensor {
  const axes = axesOf(reduction, x.shape);
  const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const native =
    isRecording() || dy.dtype !== 'float32'
      ? null
      : nativeResult([dy], ({ op, scalar, integers }, dy) => {
          const scaled = factor === 1 ? dy : op('Mul', FLOAT, dy, scalar(factor));
          const kept = op('Reshape', SHAPED, scaled, integers(shape));
          return op('BroadcastTo', INDEXED, kept, integers(x.shape));
        });
  if (native) return native;
  const scaled = factor === 1 ? dy : tf.mul(dy, factor);
  const kept = tf.reshape(scaled, shape);
  // tfjs does not broadcast to no values, nor multiply none on webgl.
  return x.size === 0 ? tf.zeros(x.shape) : tf.broadcastTo(kept, x.shape);
}
