import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../../ops/gradient.js';
import { BIAS, FLOAT, KEEP, SHAPED } from '../../ops/native-attributes.js';
import { type Handle, nativeProgram, nativeResult } from '../../ops/native-op.js';
import { normalize } from '../../ops/normalize.js';
import { builtin } from '../../tfjs/builtins.js';
import type { LayerNormalization } from '../../tfjs/layer-fields.js';
import { isNested } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';

/**
 * Layer normalization in closed form: tfjs tiles mean, variance, gain and bias to the shape of x, and takes the gradient
 * of each tile copy by copy. Of any rank, where tfjs stops at 4.
 */
export const layerNormalization: Acceleration = {
  apply(overrides) {
    overrides.method(builtin('LayerNormalization').prototype, 'call', (call) => {
      return function (this: LayerNormalization, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        if (x?.dtype !== 'float32') return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const [gain, bias] = [this.gamma, this.beta].map((weight) => weight?.read() ?? null);
          const args = [x, gain ?? null, bias ?? null, this.axis, this.epsilon] as const;
          return native(...args) ?? composed(...args);
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

type Inputs = [x: tf.Tensor, ...parameters: tf.Tensor[]];
type Saved = [normal: tf.Tensor, inverse: tf.Tensor, ...gain: tf.Tensor[]];

/**
 * By one program of TensorFlow's ops each way; null on other backends, where other axes than the last are normalized over,
 * and for second derivatives. Centred twice: the first mean of numbers far from 0 is off by a rounding error, which a small
 * deviation blows up.
 */
const native: (...args: Parameters<Form>) => tf.Tensor | null = (x, gain, bias, over, epsilon) => {
  const kept = x.rank - over.length;
  const last = over.every((axis, i) => axis === kept + i);
  if (!last || x.size === 0 || tf.getBackend() !== 'tensorflow' || isNested()) return null;
  const shape = x.shape.slice(kept);
  const features = tf.util.sizeFromShape(shape);
  const rows = [x.size / features, features];
  const inputs: Inputs = [x, ...[gain, bias].filter((input) => input !== null)];
  const [y] = withLazyGradient<Inputs, [tf.Tensor], Saved>((_, save) => {
    const [y, normal, inverse] = forward();
    save([normal, inverse, ...(gain ? [gain] : [])]);
    return { outputs: [y], gradient };
  })(...inputs);
  return y;

  /** y, and as rows the normalized x and what it was multiplied by. */
  function forward(): [tf.Tensor, tf.Tensor, tf.Tensor] {
    return nativeProgram(inputs, ({ op, scalar, integers }, x, ...weights) => {
      const axis = integers([1]);
      const centre = (x: Handle) => op('Sub', FLOAT, x, op('Mean', KEEP, x, axis));
      const centred = centre(centre(op('Reshape', SHAPED, x, integers(rows))));
      const variance = op('Mean', KEEP, op('Square', FLOAT, centred), axis);
      const inverse = op('Rsqrt', FLOAT, op('AddV2', FLOAT, variance, scalar(epsilon)));
      const normal = op('Mul', FLOAT, centred, inverse);
      const flat = weights.map((weight) => op('Reshape', SHAPED, weight, integers([features])));
      const scaled = gain ? op('Mul', FLOAT, normal, flat[0]!) : normal;
      const shifted = bias ? op('BiasAdd', BIAS, scaled, flat.at(-1)!) : scaled;
      return [op('Reshape', SHAPED, shifted, integers(x.shape)), normal, inverse];
    })!;
  }

  function gradient(dy: tf.Tensor, [normal, inverse, gain]: Saved): (() => tf.Tensor)[] {
    const dx = () =>
      nativeResult([dy, normal, inverse, ...(gain ? [gain] : [])], (ops, dy, normal, inverse, gain) => {
        const { op, integers } = ops;
        const axis = integers([1]);
        const mean = (x: Handle) => op('Mean', KEEP, x, axis);
        const wide = op('Reshape', SHAPED, dy, integers(rows));
        const d = gain ? op('Mul', FLOAT, wide, op('Reshape', SHAPED, gain, integers([features]))) : wide;
        const along = op('Mul', FLOAT, normal, mean(op('Mul', FLOAT, d, normal)));
        const centred = op('Sub', FLOAT, op('Sub', FLOAT, d, mean(d)), along);
        return op('Reshape', SHAPED, op('Mul', FLOAT, centred, inverse), integers(x.shape));
      })!;
    const dgain = () =>
      nativeResult([dy, normal], ({ op, integers }, dy, normal) => {
        const product = op('Mul', FLOAT, op('Reshape', SHAPED, dy, integers(rows)), normal);
        return op('Reshape', SHAPED, op('BiasAddGrad', BIAS, product), integers(shape));
      })!;
    const dbias = () =>
      nativeResult([dy], ({ op, integers }, dy) => {
        const sums = op('BiasAddGrad', BIAS, op('Reshape', SHAPED, dy, integers(rows)));
        return op('Reshape', SHAPED, sums, integers(shape));
      })!;
    return [dx, ...(gain ? [dgain] : []), ...(bias ? [dbias] : [])];
  }
};
