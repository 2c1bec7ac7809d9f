import * as tf from '@tensorflow/tfjs';
import { ArgumentError, flag, oneOf, positive } from '../errors/argument-error.js';
import { unitWeights } from '../ops/cosine.js';
import { copyOf } from '../tfjs/copy-layer.js';
import type { Initializer } from './dense.js';
import type { Prediction } from './foldable.js';

/** What the cosine layers have in common. */
export interface CosineArgs {
  /** Subtract from each example (or patch) and from each unit's weights their mean (Pearson). Default: false. */
  center?: boolean;
  /**
   * 'none'; 'augmented', one more coordinate inside the cosine, 1 in x and b in w; or 'add', added after the scale.
   * Default: 'none', as in the paper.
   */
  bias?: 'none' | 'augmented' | 'add';
  /** Factor of the cosine: a number above 0, or 'learned', one for the layer, kept positive. Default: 1. */
  scale?: number | 'learned';
  /** Where a learned scale starts: above 0. Default: 10. */
  scaleInit?: number;
  /**
   * Added to the sums of squares inside the roots: above 0. For an input it is relative to its largest square, so that
   * inputs of any magnitude count alike. Default: 1e-12.
   */
  epsilon?: number;
}

export type CosineSettings = Required<CosineArgs>;

/** The arguments with their defaults. @throws ArgumentError for one that is out of its domain */
export function cosineSettings(layer: string, args: CosineArgs): CosineSettings {
  const { center = false, bias = 'none', scale = 1, scaleInit = 10, epsilon = 1e-12 } = args;
  if (scale !== 'learned' && !(scale > 0 && Number.isFinite(Math.fround(scale)))) {
    throw new ArgumentError(layer, 'scale', "a number above 0 or 'learned'", scale);
  }
  return {
    center: flag(layer, 'center', center),
    bias: oneOf(layer, 'bias', bias, ['none', 'augmented', 'add']),
    scale,
    scaleInit: positive(layer, 'scaleInit', scaleInit),
    epsilon: positive(layer, 'epsilon', epsilon),
  };
}

/** The initializer of the logarithm of a learned scale; null where it is fixed. */
export function logScaleInitializer({ scale, scaleInit }: CosineSettings): Initializer | null {
  return scale === 'learned' ? tf.initializers.constant({ value: Math.log(scaleInit) }) : null;
}

/** `s c + b`, of a cosine and what it has of a scale and an added bias. */
export function scaledAndShifted(
  c: tf.Tensor,
  { scale, bias }: CosineSettings,
  logScale: tf.Tensor | undefined,
  b: tf.Tensor | undefined,
): tf.Tensor {
  const scaled = logScale ? c.mul(tf.exp(logScale)) : scale === 1 ? c : c.mul(scale as number);
  return b && bias === 'add' ? scaled.add(b) : scaled;
}

/** A cosine layer at prediction: itself, with its weights at length 1. */
export function cosinePrediction(
  layer: tf.layers.Layer,
  weights: { kernel: tf.LayerVariable; bias?: tf.LayerVariable; logScale?: tf.LayerVariable },
  settings: CosineSettings,
): Prediction {
  const [bias, logScale] = [weights.bias, weights.logScale].map((weight) => weight?.read().clone());
  const inside = settings.bias === 'augmented' ? (bias as tf.Tensor1D) : null;
  const [kernel, unitBias] = unitWeights(weights.kernel.read(), inside, settings);
  const all = [kernel, unitBias ?? bias, logScale];
  return { is: 'layer', layer: copyOf(layer), weights: all.filter((weight) => weight !== undefined) };
}
