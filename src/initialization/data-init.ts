import * as tf from '@tensorflow/tfjs';
import { WeightNorm, type WeightNormStart } from '../../layers/weight-norm.js';
import { ArgumentError } from '../errors/argument-error.js';
import { positive } from '../errors/checks.js';
import { foreign, isForeign } from '../errors/copies.js';
import { innerLayers } from '../tfjs/inside.js';

const NAME = 'dataInit';

export interface DataInitOptions {
  /** The deviation that each output gets, above 0. Default: 1. */
  initScale?: number;
}

/** What was done to one layer. */
export interface Initialized {
  /** The layer's name. */
  layer: string;
  /** How many outputs it has. */
  units: number;
  /** How many of them have the same value at every example of the batch: no length gives these a deviation. */
  constant: number;
}

/**
 * Starts the weight-normalized layers of a model from data: g and the bias become such that on this batch each output,
 * before the activation, has mean 0 and the deviation `initScale`.
 *
 * With `t = v.x / |v|` over all examples (and places of an image): `g = initScale / sigma[t]`, `b = -mu[t] g`. One pass
 * in topological order: each layer sees what the layers before it give once they are initialized. A bias that was there
 * is replaced; a layer without one gets its deviation alone. A layer that is applied several times is initialized by
 * its first input, of a separable convolution the pointwise kernel is. An output that is constant keeps its g. Layers
 * inside of other models are found; recurrent layers stay as they are, since their outputs depend on themselves.
 *
 * The pass is one of inference: dropout does nothing, batch normalization uses its moving averages.
 *
 * Reference: Salimans and Kingma, "Weight Normalization", arXiv 1602.07868, section 3.
 *
 * ```ts
 * dataInit(model, x.slice([0, 0], [500, 784]));
 * ```
 *
 * @param model built, with at least one layer made by `weightNorm`
 * @param batch of at least two examples; several tensors for a model of several inputs
 * @returns what was done to each layer, in the order of the pass
 * @throws ArgumentError, the model as it was: no such layer, one example, a number that is not finite
 */
export function dataInit(
  model: tf.LayersModel,
  batch: tf.Tensor | tf.Tensor[],
  { initScale = 1 }: DataInitOptions = {},
): Initialized[] {
  requireModel(model);
  positive(NAME, 'initScale', initScale);
  const layers = normalized(model.layers);
  if (layers.length === 0) {
    const received = model.layers.map((layer) => layer.getClassName()).join(', ');
    throw new ArgumentError(
      NAME,
      'model',
      'one with a layer made by weightNorm that is not recurrent',
      received,
    );
  }
  requireExamples([batch].flat());

  const before = model.getWeights().map((weight) => weight.clone());
  const done = new Map<WeightNorm, Initialized>();
  for (const layer of layers) {
    layer.setCallHook((inputs, kwargs) => {
      // Two layers may have one name, in two models inside of this one.
      const { start } = layer;
      if (start && !done.has(layer))
        done.set(layer, initialize(layer.name, start, inputs, kwargs, initScale));
    });
  }
  try {
    tf.tidy(() => {
      model.predictOnBatch(batch);
    });
    return [...done.values()];
  } catch (error) {
    model.setWeights(before);
    throw error;
  } finally {
    for (const layer of layers) layer.clearCallHook();
    tf.dispose(before);
  }
}

/** Layers to initialize, inside of models and of timeDistributed too, each once. */
function normalized(layers: tf.layers.Layer[]): WeightNorm[] {
  const found = layers.flatMap((layer) => {
    if (layer instanceof WeightNorm) return layer.start ? [layer] : [];
    return normalized(innerLayers(layer));
  });
  return [...new Set(found)];
}

function requireModel(model: unknown): void {
  if (model instanceof tf.LayersModel) return;
  const expected = 'a tf.LayersModel';
  if (model instanceof tf.layers.Layer) throw new ArgumentError(NAME, 'model', expected, 'a layer');
  throw isForeign(model) ? foreign(NAME, 'model') : new ArgumentError(NAME, 'model', expected, model);
}

function requireExamples(batch: tf.Tensor[]): void {
  for (const x of batch) {
    if (!(x instanceof tf.Tensor)) throw new ArgumentError(NAME, 'batch', 'a tensor or a list of them', x);
    const examples = x.shape[0] ?? 0;
    if (examples < 2)
      throw new ArgumentError(NAME, 'batch', 'of two examples or more, better some hundred', x.shape);
    const finite = tf.tidy(() => tf.isFinite(x.toFloat()).all().dataSync()[0]);
    if (!finite) throw new ArgumentError(NAME, 'batch', 'of finite numbers', 'one with NaN or an infinity');
  }
}

function initialize(
  layer: string,
  { g, bias, outputs }: WeightNormStart,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: object,
  initScale: number,
): Initialized {
  return tf.tidy(() => {
    const own = g.read().clone();
    const { t, axis } = outputs(inputs, kwargs);
    const others = t.shape.map((_, i) => i).filter((i) => i !== axis);
    const { mean, variance } = tf.moments(t, others);
    if (!variance.dataSync().every(Number.isFinite)) {
      throw new ArgumentError(NAME, 'batch', 'one that each layer answers with finite numbers', layer);
    }
    const sigma = tf.sqrt(variance);
    // A rounding error is no variance.
    const varies = tf.greater(sigma, tf.abs(mean).mul(1e-5).add(1e-10));
    const safe = tf.where(varies, sigma, tf.onesLike(sigma));
    const lengths = tf.where(varies, tf.div(initScale, safe), own.flatten());
    g.write(lengths.reshape(own.shape));
    bias?.write(tf.mul(mean, lengths).neg());
    const units = varies.size;
    return { layer, units, constant: units - varies.sum().dataSync()[0]! };
  });
}
