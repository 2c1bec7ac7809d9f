import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../ops/gradient.js';
import { normalize } from '../ops/normalize.js';
import { isRecording } from '../ops/recording.js';
import type { Acceleration } from './acceleration.js';
import { builtin } from './builtins.js';
import { columnSums } from './column-sums.js';
import { fusedBatchNorm, fusedBatchNormGradient, type Saved } from './fused-batch-norm.js';
import { gradientsOf } from './second-derivative.js';

interface LayerNormalization {
  /** Each counted from the start, once the layer is built. */
  axis: number[];
  epsilon: number;
  gamma: tf.LayerVariable | null;
  beta: tf.LayerVariable | null;
}

/**
 * Layer normalization in closed form: tfjs tiles mean, variance, gain and bias to the shape of x, and takes the gradient
 * of each tile copy by copy. Of any rank, where tfjs stops at 4.
 */
export const layerNorm: Acceleration = {
  name: 'layerNorm',
  answers: ['tensorflow/tfjs#2120'],
  apply(patches) {
    patches.method(builtin('LayerNormalization').prototype, 'call', (call) => {
      return function (this: LayerNormalization, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        if (x?.dtype !== 'float32') return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const [gain, bias] = [this.gamma, this.beta].map((weight) => weight?.read() ?? null);
          const args = [x, gain ?? null, bias ?? null, this.axis, this.epsilon] as const;
          return fused(...args) ?? composed(...args);
        });
      };
    });
  },
};

type Form = (
  x: tf.Tensor,
  gain: tf.Tensor | null,
  bias: tf.Tensor | null,
  over: number[],
  epsilon: number,
) => tf.Tensor;

const composed: Form = (x, gain, bias, over, epsilon) => {
  const along = x.shape.map((size, i) => (over.includes(i) ? size : 1));
  return normalize(x, gain?.reshape(along) ?? null, bias?.reshape(along) ?? null, { over, epsilon }).y;
};

/**
 * By TensorFlow's fused op for batches, with the examples in the place of its channels; null on other backends, and where
 * other axes than the last are normalized over.
 */
const fused: (...args: Parameters<Form>) => tf.Tensor | null = (x, gain, bias, over, epsilon) => {
  const kept = x.rank - over.length;
  const last = over.every((axis) => axis >= kept);
  if (!last || x.size === 0 || tf.getBackend() !== 'tensorflow') return null;
  const features = tf.util.sizeFromShape(x.shape.slice(kept));
  const examples = x.size / features;
  const four = [1, examples, features, 1];
  const inputs = [x, gain, bias].filter((input) => input !== null);
  const [y] = withLazyGradient<tf.Tensor[], [tf.Tensor]>((_, save) => {
    const ones = tf.ones([examples]);
    const { y, saved } = fusedBatchNorm(x.reshape(four), ones, tf.zeros([examples]), 'NCHW', epsilon);
    const normal = y.reshape(x.shape);
    save([x, normal, ones, ...saved, ...(gain ? [gain] : [])]);
    const scaled = gain ? tf.mul(normal, gain) : normal;
    return { outputs: [bias ? tf.add(scaled, bias) : scaled], gradient };
  })(...inputs);
  return y;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [x, normal, ones, mean, variance, reserve, gain] = saved as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      ...Saved,
      tf.Tensor?,
    ];
    if (isRecording()) {
      const form = (x: tf.Tensor, gain: tf.Tensor | null, bias: tf.Tensor | null) =>
        composed(x, gain, bias, over, epsilon);
      return gradientsOf(form, [x, gain ?? null, bias], dy);
    }
    const rows = (t: tf.Tensor) => t.reshape([examples, features]);
    const shape = x.shape.slice(kept);
    const dx = () => {
      const d = (gain ? tf.mul(dy, gain) : dy).reshape(four);
      const statistics: Saved = [mean, variance, reserve];
      const [dx] = fusedBatchNormGradient(d, x.reshape(four), ones, statistics, 'NCHW', epsilon);
      return dx.reshape(x.shape);
    };
    return [
      dx,
      ...(gain ? [() => columnSums(rows(tf.mul(dy, normal))).reshape(shape)] : []),
      ...(bias ? [() => columnSums(rows(dy)).reshape(shape)] : []),
    ];
  }
};
