import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../ops/gradient.js';
import { BIAS, FLOAT, SHAPED } from '../ops/native-attributes.js';
import { type Handle, nativeProgram, nativeResult } from '../ops/native-op.js';
import { normalize } from '../ops/normalize.js';
import { builtin } from '../tfjs/builtins.js';
import { isNested } from '../tfjs/recording.js';
import type { Acceleration } from './acceleration.js';
import { fusedBatchNorm, fusedBatchNormGradient, type Saved } from './fused-batch-norm.js';

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
 * By TensorFlow's fused op for batches, with the examples in the place of its channels; null on other backends, where
 * other axes than the last are normalized over, and for second derivatives, which the op has not.
 */
const fused: (...args: Parameters<Form>) => tf.Tensor | null = (x, gain, bias, over, epsilon) => {
  const kept = x.rank - over.length;
  const last = over.every((axis, i) => axis === kept + i);
  if (!last || x.size === 0 || tf.getBackend() !== 'tensorflow' || isNested()) return null;
  const features = tf.util.sizeFromShape(x.shape.slice(kept));
  const examples = x.size / features;
  const four = [1, examples, features, 1];
  const rows = [examples, features];
  const shape = x.shape.slice(kept);
  const inputs = [x, gain, bias].filter((input) => input !== null);
  const [y] = withLazyGradient<tf.Tensor[], [tf.Tensor]>((_, save) => {
    const [y, ...saved] = forward();
    save([x, ...saved, ...(gain ? [gain] : [])]);
    return { outputs: [y], gradient };
  })(...inputs);
  return y;

  /** y, the normalized x as rows, and what the op saves. */
  function forward(): [tf.Tensor, tf.Tensor, ...Saved<tf.Tensor>] {
    return nativeProgram(inputs, (ops, x, ...weights) => {
      const { op, filled, integers } = ops;
      const wide = op('Reshape', SHAPED, x as Handle, integers(four));
      const unit = [wide, filled(examples, 1), filled(examples, 0)] as [Handle, Handle, Handle];
      const { y, saved } = fusedBatchNorm(ops, unit, 'NCHW', epsilon);
      const normal = op('Reshape', SHAPED, y, integers(rows));
      const flat = weights.map((weight) => op('Reshape', SHAPED, weight, integers([features])));
      const scaled = gain ? op('Mul', FLOAT, normal, flat[0] as Handle) : normal;
      const shifted = bias ? op('BiasAdd', BIAS, scaled, flat.at(-1) as Handle) : scaled;
      return [op('Reshape', SHAPED, shifted, integers(x?.shape as number[])), normal, ...saved];
    }) as [tf.Tensor, tf.Tensor, ...Saved<tf.Tensor>];
  }

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [x, normal, mean, variance, reserve, gain] = saved as [
      tf.Tensor,
      tf.Tensor,
      ...Saved<tf.Tensor>,
      tf.Tensor?,
    ];
    const dx = () =>
      nativeResult([dy, x, mean, variance, reserve, ...(gain ? [gain] : [])], (ops, dy, x, ...rest) => {
        const { op, filled, integers } = ops;
        const [mean, variance, reserve, gain] = rest as [...Saved<Handle>, Handle?];
        const wide = (t: Handle) => op('Reshape', SHAPED, t, integers(four));
        const d = gain
          ? op(
              'Mul',
              FLOAT,
              op('Reshape', SHAPED, dy, integers(rows)),
              op('Reshape', SHAPED, gain, integers([features])),
            )
          : dy;
        const unit = [wide(d), wide(x), filled(examples, 1)] as [Handle, Handle, Handle];
        const [dx] = fusedBatchNormGradient(ops, unit, [mean, variance, reserve], 'NCHW', epsilon);
        return op('Reshape', SHAPED, dx, integers(x.shape));
      });
    const dgain = () =>
      nativeResult([dy, normal], ({ op, integers }, dy, normal) => {
        const product = op('Mul', FLOAT, op('Reshape', SHAPED, dy, integers(rows)), normal);
        return op('Reshape', SHAPED, op('BiasAddGrad', BIAS, product), integers(shape));
      });
    const dbias = () =>
      nativeResult([dy], ({ op, integers }, dy) => {
        const sums = op('BiasAddGrad', BIAS, op('Reshape', SHAPED, dy, integers(rows)));
        return op('Reshape', SHAPED, sums, integers(shape));
      });
    return [dx, ...(gain ? [dgain] : []), ...(bias ? [dbias] : [])] as (() => tf.Tensor)[];
  }
};
