import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../../ops/gradient.js';
import { BIAS, FLOAT } from '../../ops/native-attributes.js';
import { nativeResult } from '../../ops/native-op.js';
import { clearPadding } from '../../ops/padding.js';
import { reluGradientByOutput } from '../../ops/relu-gradient.js';
import { builtin, isBuiltin } from '../../tfjs/builtins.js';
import type { Dense } from '../../tfjs/layer-fields.js';
import { isUsersGradient } from '../../tfjs/originals.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Acceleration } from '../acceleration.js';
import { columnSums } from './column-sums.js';

type Inputs = [x: tf.Tensor2D, w: tf.Tensor2D, ...b: tf.Tensor[]];
type Saved = [x: tf.Tensor2D, w: tf.Tensor2D, ...y: tf.Tensor2D[]];

/**
 * Dense layers of inputs of any rank, with bias and relu beside their product, and a gradient that computes what is asked
 * for.
 */
export const dense: Acceleration = {
  apply(overrides) {
    overrides.method(builtin('Dense').prototype, 'call', (call) => {
      return function (this: Dense, inputs: tf.Tensor | tf.Tensor[], kwargs: object) {
        const x = Array.isArray(inputs) ? inputs[0] : inputs;
        const plain = x !== undefined && x.rank >= 2 && x.dtype === 'float32' && isKnown(this.activation);
        if (!plain) return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          this.invokeCallHook(inputs, kwargs);
          const relu = this.activation?.getClassName() === 'relu' && !isUsersGradient('Relu');
          const w = this.kernel.read();
          const y = rows(x, (x) => linear(x, w, this.bias?.read() ?? null, relu));
          return relu || !this.activation ? y : this.activation.apply(y);
        });
      };
    });
  },
};

/** Not a class of a user's under a name that tfjs goes by alone, to fuse: its own answer is kept. */
function isKnown(activation: Dense['activation']): boolean {
  const name = activation?.getClassName() ?? '';
  return (
    !['relu', 'linear', 'elu'].includes(name) || (activation !== null && isBuiltin(activation, name, 'apply'))
  );
}

const isMatrix = (x: tf.Tensor): x is tf.Tensor2D => x.rank === 2;

/** Computes on the last axis of a tensor, with all others as one. */
function rows(x: tf.Tensor, f: (x: tf.Tensor2D) => tf.Tensor2D): tf.Tensor {
  if (isMatrix(x)) return f(x);
  const y = f(tf.reshape(x, [-1, x.shape.at(-1)!]));
  return tf.reshape(y, [...x.shape.slice(0, -1), y.shape[1]]);
}

/**
 * `y = act(x w + b)`, act the identity or relu.
 *
 * Backward: `d = dy where y > 0` under relu, else `dy`; `dx = d w^T`, `dw = x^T d`, `db = sum_batch(d)`.
 */
function linear(x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor | null, relu: boolean): tf.Tensor2D {
  // The kernel of wasm that has relu in it turns NaN to 0, which a gradient is not to miss.
  const fuses = tf.getBackend() !== 'wasm' || !isRecording();
  const [y] = withLazyGradient<Inputs, [tf.Tensor2D], Saved>(([x, w, b], save) => {
    const z = product(x, w, b ?? null, relu && fuses);
    const y = relu && !fuses ? tf.relu(z) : z;
    save([x, w, ...(relu ? [y] : [])]);
    return { outputs: [y], gradient };
  }, composed)(x, w, ...(b ? [b] : []));
  return y;

  function composed(...[x, w, b]: Inputs): [tf.Tensor2D] {
    const product: tf.Tensor2D = tf.matMul(x, w);
    const y = b ? tf.add<tf.Tensor2D>(product, b) : product;
    return [relu ? tf.relu(y) : y];
  }

  function gradient(dy: tf.Tensor2D, [x, w, y]: Saved): (() => tf.Tensor)[] {
    const d = clearPadding(y ? reluGradientByOutput(dy, y) : dy);
    return [
      () => tf.matMul(d, w, false, true),
      () => clearPadding(tf.matMul(x, d, true, false)),
      () => columnSums(d),
    ];
  }
}

function product(x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor | null, relu: boolean): tf.Tensor2D {
  if (tf.getBackend() === 'tensorflow') {
    // By tfjs's op, whose product may be one of bfloat16 numbers. Not by TensorFlow's `MatMul`: in 2.21 its product of
    // small matrices corrupts memory where a signal, as that of V8's profiler, comes in the middle of it.
    const product: tf.Tensor2D = tf.matMul(x, w);
    if (!b) return relu ? tf.relu(product) : product;
    const y = nativeResult([product, b], ({ op, scalar }, product, b) => {
      const sum = op('BiasAdd', BIAS, product, b);
      // Half as long as `Relu` on a matrix of this size, which goes through oneDNN; NaN stays NaN in both.
      return relu ? op('Maximum', FLOAT, sum, scalar(0)) : sum;
    });
    return y as tf.Tensor2D;
  }
  // The kernel itself: its op fuses nothing while a gradient is wanted.
  const inputs = { a: tf.expandDims(x), b: tf.expandDims(w), ...(b ? { bias: b } : {}) };
  const attributes = { transposeA: false, transposeB: false, activation: relu ? 'relu' : 'linear' };
  return tf.squeeze<tf.Tensor2D>(tf.engine().runKernel('_FusedMatMul', inputs, attributes) as tf.Tensor, [0]);
}
