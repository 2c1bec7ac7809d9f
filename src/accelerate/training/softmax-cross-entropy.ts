import * as tf from '@tensorflow/tfjs';
import { type Loss, lossNamed, withLosses } from '../../tfjs/losses.js';
import { modelPrototype } from '../../tfjs/model-prototype.js';
import type { Overrides } from '../../tfjs/overrides.js';
import type { Acceleration } from '../acceleration.js';
import { crossEntropy } from './cross-entropy.js';

/**
 * tfjs's cross-entropies of classes, as losses and as metrics, in training and in evaluation, to the same numbers: one pass
 * for the value and one for the gradient, where tfjs divides, clips, takes logarithm and product one by one.
 */
export const softmaxCrossEntropy: Acceleration = {
  apply: (overrides) => replaceCrossEntropies(overrides, crossEntropy),
};

/** Puts a function in place of tfjs's own wherever a model trains with those or is evaluated by them. */
export function replaceCrossEntropies(overrides: Overrides, by: typeof crossEntropy): void {
  const areSparse = new Map<Loss, boolean>([
    [lossNamed('categoricalCrossentropy'), false],
    [tf.metrics.categoricalCrossentropy, false],
    [lossNamed('sparseCategoricalCrossentropy'), true],
  ]);
  const replace = (loss: Loss): Loss => {
    const isSparse = areSparse.get(loss);
    if (isSparse === undefined) return loss;
    return (labels, p) =>
      tf.tidy(() => {
        const t = isSparse ? oneHot(labels, p) : labels;
        const fits = p.dtype === 'float32' && p.rank > 0 && tf.util.arraysEqual(t.shape, p.shape);
        return fits ? by(tf.cast(t, 'float32'), p, isSparse) : loss(labels, p);
      });
  };
  for (const name of ['makeTrainFunction', 'makeTestFunction'] as const) {
    overrides.method(modelPrototype(), name, (make) => {
      return function (this: object) {
        return withLosses(this, make, replace);
      };
    });
  }
}

/** Of as many rows as there are labels: in the shape of the output where it has as many. */
function oneHot(labels: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const classes = output.shape.at(-1)!;
  const flat = tf.cast(tf.floor(tf.reshape(labels, [-1])), 'int32');
  const rows = tf.oneHot(flat, classes);
  return rows.size === output.size ? tf.reshape(rows, output.shape) : rows;
}
