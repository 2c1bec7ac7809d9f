import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../../ops/gradient.js';
import { FLOAT, SHAPED } from '../../ops/native-attributes.js';
import { type Handle, nativeProgram } from '../../ops/native-op.js';
import { type Normalized, normalize } from '../../ops/normalize.js';
import { type BatchNormalization, readBatchNormalization } from '../../tfjs/batch-normalization.js';
import { builtin } from '../../tfjs/builtins.js';
import { isNested } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { fusedBatchNorm, fusedBatchNormGradient, type Saved } from './fused-batch-norm.js';
import { shiftRoughly } from './rough-shift.js';

/**
 * Batch normalization in training in closed form, on the native backend by TensorFlow's own fused op. Without scale or
 * center, and on any axis, where tfjs throws in training and, on its cpu backend, predicts wrongly; of any rank from 2.
 */
export const batchNormalization: Acceleration = {
  apply(overrides) {
    overrides.method(builtin('BatchNormalization').prototype, 'call', (call) => {
      return function (this: object, inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        const layer = readBatchNormalization(this);
        if (x?.dtype !== 'float32' || !layer) return call.call(this, inputs, kwargs);
        const axis = (layer.axis + x.rank) % x.rank;
        if (kwargs.training) return tf.tidy(() => train(layer, x, axis));
        // Without scale or center tfjs's own has no gradient.
        const whole = layer.gamma && layer.beta;
        if (whole && axis === x.rank - 1 && x.rank <= 4) return call.call(this, inputs, kwargs);
        return tf.tidy(() => predict(layer, x, axis));
      };
    });
  },
};

function train(layer: BatchNormalization, x: tf.Tensor, axis: number): tf.Tensor {
  const gain = layer.gamma?.read() ?? null;
  const bias = layer.beta?.read() ?? null;
  const { y, mean, variance } =
    fused(x, gain, bias, axis, layer.epsilon) ?? composed(x, gain, bias, axis, layer.epsilon);
  move(layer, mean, variance);
  return y;
}

function predict(layer: BatchNormalization, x: tf.Tensor, axis: number): tf.Tensor {
  const [mean, variance, gain, bias] = [layer.movingMean, layer.movingVariance, layer.gamma, layer.beta].map(
    (weight) => weight?.read().reshape(along(x, axis)),
  );
  const scale = tf.rsqrt(tf.add(variance!, layer.epsilon));
  const y = tf.sub(x, mean!).mul(gain ? tf.mul(scale, gain) : scale);
  return bias ? tf.add(y, bias) : y;
}

/** `a <- a + (1 - momentum) (b - a)` for the moving mean and variance. */
function move({ movingMean, movingVariance, momentum }: BatchNormalization, ...batch: tf.Tensor[]): void {
  const weights = [movingMean, movingVariance];
  const share = 1 - momentum;
  tf.tidy(() => {
    const before = weights.map((weight) => weight.read());
    const values = batch.map((value) => (value.rank === 1 ? value : value.reshape([-1])));
    const moved = nativeProgram([...before, ...values], ({ op, scalar }, ...all) =>
      all.slice(0, 2).map((a, i) => {
        const change = op('Mul', FLOAT, op('Sub', FLOAT, a, all[i + 2]!), scalar(share));
        return op('Sub', FLOAT, a, change);
      }),
    );
    for (const [i, weight] of weights.entries()) {
      const a = before[i]!;
      weight.write(moved?.[i] ?? tf.sub(a, tf.mul(tf.sub(a, values[i]!), share)));
    }
  });
}

const along = (x: tf.Tensor, axis: number) => x.shape.map((size, i) => (i === axis ? size : 1));

function composed(
  x: tf.Tensor,
  gain: tf.Tensor | null,
  bias: tf.Tensor | null,
  axis: number,
  epsilon: number,
): Normalized<tf.Tensor> {
  const shape = along(x, axis);
  const over = shape.flatMap((_, i) => (i === axis ? [] : [i]));
  return normalize(x, gain?.reshape(shape) ?? null, bias?.reshape(shape) ?? null, { over, epsilon });
}

type Inputs = [x: tf.Tensor, ...parameters: tf.Tensor[]];
type Triple = [y: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor];
type ToGradient = [x: tf.Tensor, ...Saved<tf.Tensor>, ...gain: tf.Tensor[]];

/** By TensorFlow's fused op, which has the channels last, and no second derivative; null on other backends and axes. */
function fused(
  x: tf.Tensor,
  gain: tf.Tensor | null,
  bias: tf.Tensor | null,
  axis: number,
  epsilon: number,
): Normalized<tf.Tensor> | null {
  if (axis !== x.rank - 1 || x.size === 0 || tf.getBackend() !== 'tensorflow' || isNested()) return null;
  const channels = x.shape[axis]!;
  const four = [x.size / channels, 1, 1, channels];
  const [shifted, by] = shiftRoughly(x);
  const inputs: Inputs = [shifted, ...[gain, bias].filter((input) => input !== null)];
  const [y, mean, variance] = withLazyGradient<Inputs, Triple, ToGradient>((_, save) => {
    const [y, mean, ...saved] = forward();
    save([shifted, ...saved, ...(gain ? [gain] : [])]);
    return { outputs: [y, mean, saved[1]], gradient };
  })(...inputs);
  return { y, mean, variance };

  /** y, the mean of x itself, and what the op saves. */
  function forward(): [tf.Tensor, tf.Tensor, ...Saved<tf.Tensor>] {
    return nativeProgram([by, ...inputs], (ops, by, x, ...weights) => {
      const { op, filled, integers } = ops;
      const wide = op('Reshape', SHAPED, x, integers(four));
      const scale = gain ? weights[0]! : filled(channels, 1);
      const offset = bias ? weights.at(-1)! : filled(channels, 0);
      const { y, saved } = fusedBatchNorm(ops, [wide, scale, offset], epsilon);
      const mean = op('AddV2', FLOAT, saved[0], by);
      return [op('Reshape', SHAPED, y, integers(x.shape)), mean, ...saved];
    })!;
  }

  function gradient(dy: tf.Tensor, [x, ...saved]: ToGradient): (() => tf.Tensor)[] {
    const [dx, dgain, dbias] = nativeProgram(
      [dy, x, ...saved],
      (ops, dy, x, mean, variance, reserve, gain): [Handle, Handle, Handle] => {
        const { op, filled, integers } = ops;
        const wide = (t: Handle) => op('Reshape', SHAPED, t, integers(four));
        const inputs: [Handle, Handle, Handle] = [wide(dy), wide(x), gain ?? filled(channels, 1)];
        const [dx, ...rows] = fusedBatchNormGradient(ops, inputs, [mean, variance, reserve], epsilon);
        return [op('Reshape', SHAPED, dx, integers(x.shape)), ...rows];
      },
    )!;
    return [() => dx, ...(gain ? [() => dgain] : []), ...(bias ? [() => dbias] : [])];
  }
}
