import * as tf from '@tensorflow/tfjs';
import type { AxisMap, Foldable, LayerInstead, Prediction } from '../layer/foldable.js';
import { isLinear } from '../tfjs/activation.js';
import { type BatchNormalization, readBatchNormalization } from '../tfjs/batch-normalization.js';
import { builtinLayer } from '../tfjs/builtin-layers.js';
import { copyOf, describe } from '../tfjs/copy-layer.js';
import { directionsOf, innerLayer } from '../tfjs/inside.js';

/** Built-in layers that do nothing at prediction. */
const IDENTITIES = ['Dropout', 'SpatialDropout1D', 'GaussianDropout', 'GaussianNoise', 'AlphaDropout'];

/** What a built layer does at prediction, said with simpler layers; null for one that stays as it is. */
export function predictionOf(layer: tf.layers.Layer): Prediction | null {
  const builtin = builtinLayer(layer);
  if (!builtin) return isFoldable(layer) ? layer.prediction() : null;
  if (IDENTITIES.includes(builtin)) return { is: 'identity' };
  if (builtin === 'Activation') return isLinear(layer) ? { is: 'identity' } : null;
  if (builtin === 'BatchNormalization') {
    const normalization = readBatchNormalization(layer);
    return normalization && { is: 'map', map: batchNormalizationMap(normalization) };
  }
  if (builtin === 'Bidirectional') return inBothDirections(layer);
  return builtin === 'TimeDistributed' ? overTime(layer) : null;
}

/** A layer whose class says what it does at prediction: one that extends it and computes otherwise does something else. */
export function isFoldable(layer: tf.layers.Layer): layer is tf.layers.Layer & Foldable {
  if (!('prediction' in layer && typeof layer.prediction === 'function')) return false;
  let owner: object = layer;
  while (!Object.hasOwn(owner, 'prediction')) {
    if (Object.hasOwn(owner, 'call') || Object.hasOwn(owner, 'apply')) return false;
    owner = Object.getPrototypeOf(owner);
  }
  return true;
}

/** `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` */
function batchNormalizationMap(layer: BatchNormalization): AxisMap {
  const { axis, epsilon, gamma, beta, movingMean, movingVariance } = layer;
  const inverse: tf.Tensor1D = tf.div(1, tf.sqrt(tf.add(movingVariance.read(), epsilon)));
  const scale: tf.Tensor1D = gamma ? tf.mul(inverse, gamma.read()) : inverse;
  const centre: tf.Tensor1D = tf.neg(tf.mul(movingMean.read(), scale));
  return { axis, scale, shift: beta ? tf.add(centre, beta.read()) : centre };
}

/** What the layer inside does, forward and backward, where that is another layer. */
function inBothDirections(layer: tf.layers.Layer): Prediction | null {
  const [given, directions] = [innerLayer(layer), directionsOf(layer)];
  if (!given || !directions) return null;
  const [forward, backward] = [predictionOf(directions.forward), predictionOf(directions.backward)];
  if (forward?.is !== 'layer' || backward?.is !== 'layer') return null;
  // Both directions are made of the forward one, under its name before it was called that.
  const inside = describe(copyOf(forward.layer, { name: given.name }));
  const weights = [...forward.weights, ...backward.weights];
  return { is: 'layer', layer: copyOf(layer, { layer: inside }), weights };
}

/** What the layer inside does, at each step in time; the step is axis 1. */
function overTime(layer: tf.layers.Layer): Prediction | null {
  const inner = innerLayer(layer);
  if (!inner || inner instanceof tf.LayersModel) return null;
  const prediction = predictionOf(inner);
  const atEachStep = ({ layer: instead, weights }: LayerInstead): LayerInstead => ({
    layer: copyOf(layer, { layer: describe(instead) }),
    weights,
  });
  if (prediction?.is === 'map') {
    const { map } = prediction;
    return { is: 'map', map: { ...map, axis: map.axis < 0 ? map.axis : map.axis + 1 } };
  }
  if (prediction?.is === 'layer') return { is: 'layer', ...atEachStep(prediction) };
  if (prediction?.is === 'branches') {
    const branches = Object.entries(prediction.branches);
    return {
      ...prediction,
      branches: Object.fromEntries(branches.map(([role, branch]) => [role, atEachStep(branch)])),
    };
  }
  return prediction;
}
