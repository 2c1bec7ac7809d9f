import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../ops/gradient.js';
import { nativeGradientOp, nativeOp } from '../ops/native-op.js';
import { clearPadding } from '../ops/padding.js';
import type { Acceleration } from './acceleration.js';
import { builtin } from './builtins.js';
import { columnSums } from './column-sums.js';

interface Dense {
  kernel: tf.LayerVariable;
  bias: tf.LayerVariable | null;
  activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
  invokeCallHook(inputs: tf.Tensor | tf.Tensor[], kwargs: object): void;
}

/** Dense layers with the bias and relu in one op with its product, and a gradient that computes what is asked for. */
export const dense: Acceleration = {
  name: 'dense',
  apply(patches) {
    patches.method(builtin('Dense').prototype, 'call', (call) => {
      return function (this: Dense, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        if (x?.rank !== 2 || x.dtype !== 'float32') return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          this.invokeCallHook(inputs, kwargs);
          const relu = this.activation?.getClassName() === 'relu';
          const y = linear(
            x as tf.Tensor2D,
            this.kernel.read() as tf.Tensor2D,
            this.bias?.read() ?? null,
            relu,
          );
          return relu || !this.activation ? y : this.activation.apply(y);
        });
      };
    });
  },
};

/**
 * `y = act(x w + b)`, act the identity or relu.
 *
 * Backward: `d = dy where y > 0` under relu, else `dy`; `dx = d w^T`, `dw = x^T d`, `db = sum_batch(d)`.
 */
function linear(x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor | null, relu: boolean): tf.Tensor {
  const [y] = withLazyGradient<tf.Tensor[], [tf.Tensor]>(([x, w, b], save) => {
    const y = product(x as tf.Tensor, w as tf.Tensor, b ?? null, relu);
    save([x as tf.Tensor, w as tf.Tensor, ...(relu ? [y] : [])]);
    return { outputs: [y], gradient };
  })(...(b ? [x, w, b] : [x, w]));
  return y;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [x, w, y] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor?];
    const d = clearPadding(y ? whereAbove(y, dy) : dy) as tf.Tensor2D;
    return [
      () => tf.matMul(d, w, false, true),
      () => clearPadding(tf.matMul(x, d, true, false)),
      () => columnSums(d),
    ];
  }
}

const BIAS = { T: 'float32', data_format: { string: 'NHWC' } } as const;

function product(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor | null, relu: boolean): tf.Tensor {
  if (tf.getBackend() === 'tensorflow') {
    // Not by TensorFlow's `MatMul`: in 2.21 its product of small matrices corrupts memory where a signal, as that of
    // V8's profiler, comes in the middle of it.
    const product = tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
    const sum = b ? (nativeOp('BiasAdd', BIAS, () => [product, b]) as tf.Tensor) : product;
    return relu ? tf.relu(sum) : sum;
  }
  // The kernel itself: its op fuses nothing while a gradient is wanted.
  const inputs = { a: tf.expandDims(x), b: tf.expandDims(w), ...(b ? { bias: b } : {}) };
  const attributes = { transposeA: false, transposeB: false, activation: relu ? 'relu' : 'linear' };
  const y = tf.engine().runKernel('_FusedMatMul', inputs, attributes) as tf.Tensor;
  return tf.squeeze(y, [0]);
}

const whereAbove = (y: tf.Tensor, dy: tf.Tensor): tf.Tensor =>
  nativeGradientOp('ReluGrad', { T: 'float32' }, () => [dy, y]) ?? tf.mul(dy, tf.step(y));
