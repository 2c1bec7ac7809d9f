import * as tf from '@tensorflow/tfjs';
import { withLazyGradient } from '../ops/gradient.js';
import { nativeOp } from '../ops/native-op.js';
import { clearPadding } from '../ops/padding.js';
import { isRecording } from '../ops/recording.js';
import type { Acceleration } from './acceleration.js';
import { builtin } from './builtins.js';

type Loss = (target: tf.Tensor, output: tf.Tensor) => tf.Tensor;

interface Trained {
  lossFunctions: Loss[];
}

/** While a training step runs: what each softmax of it was given. */
let logitsOf: Map<tf.Tensor, tf.Tensor> | null = null;

/**
 * The cross-entropies of a softmax from its inputs, value and gradient in closed form. tfjs divides by the sum, clips, and
 * takes logarithm and product one by one, and their gradients in turn; its loss ends at 16.1, with no gradient, where a
 * probability is below 1e-7.
 */
export const softmaxCrossEntropy: Acceleration = {
  name: 'softmaxCrossEntropy',
  apply(patches) {
    const [categorical, sparse] = ['categoricalCrossentropy', 'sparseCategoricalCrossentropy'].map(lossOf);
    const ofLogits = (loss: Loss): Loss => {
      if (loss !== categorical && loss !== sparse) return loss;
      return (target, output) => {
        const logits = logitsOf?.get(output);
        if (!logits) return loss(target, output);
        return tf.tidy(() => crossEntropy(logits, loss === sparse ? oneHot(target, output) : target));
      };
    };

    patches.method(builtin('softmax').prototype, 'apply', (apply) => {
      return function (this: unknown, x: tf.Tensor, axis = -1) {
        const y = apply.call(this, x, axis);
        if (axis === -1 || axis === x.rank - 1) logitsOf?.set(y, tf.keep(tf.clone(x)));
        return y;
      };
    });
    patches.method(tf.LayersModel.prototype as never, 'makeTrainFunction' as never, (make) => {
      return function (this: Trained) {
        const lossFunctions = this.lossFunctions.map(ofLogits);
        const step = make.call(Object.create(this, { lossFunctions: { value: lossFunctions } }));
        return (data: tf.Tensor[]) => {
          const outer = logitsOf;
          logitsOf = new Map();
          try {
            return step(data);
          } finally {
            for (const logits of logitsOf.values()) logits.dispose();
            logitsOf = outer;
          }
        };
      };
    });
  },
};

/** The function that a model gets by a loss's name: tfjs does not export it. */
function lossOf(loss: string): Loss {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ loss, optimizer: tf.train.sgd(1) });
  const [found] = (model as unknown as { model: Trained }).model.lossFunctions;
  model.optimizer.dispose();
  model.dispose();
  return found as Loss;
}

const oneHot = (target: tf.Tensor, output: tf.Tensor): tf.Tensor => {
  const labels = tf.cast(tf.floor(tf.reshape(target, [-1])), 'int32');
  return tf.reshape(tf.oneHot(labels, output.shape.at(-1) as number), output.shape);
};

/**
 * Forward: `L = -sum_k t_k log p_k`, `log p = z - log sum exp z`. Backward: `dz = dL (p sum_k t_k - t)`.
 *
 * Defined for all finite logits.
 */
function crossEntropy(z: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const t = tf.cast(target, 'float32');
  const [loss] = withLazyGradient<[tf.Tensor], [tf.Tensor]>(([z], save) => {
    const logP = nativeOp('LogSoftmax', { T: 'float32' }, () => [z]) ?? logSoftmax(z);
    save([z, t, logP]);
    return { outputs: [tf.neg(tf.sum(tf.mul(t, logP), -1))], gradient };
  })(z);
  return loss;

  function gradient(dy: tf.Tensor, saved: tf.Tensor[]): (() => tf.Tensor)[] {
    const [z, t, logP] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const p = tf.exp(isRecording() ? logSoftmax(z) : logP);
    const dz = () => clearPadding(tf.sub(tf.mul(p, tf.sum(t, -1, true)), t).mul(tf.expandDims(dy, -1)));
    return [dz];
  }
}

function logSoftmax(z: tf.Tensor): tf.Tensor {
  const shifted = tf.sub(z, tf.max(z, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}
