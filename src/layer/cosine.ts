import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { type Check, flag, oneOf, positive } from '../errors/checks.js';
import { activate } from '../ops/activate.js';
import { unitWeights } from '../ops/cosine.js';
import { copyOf } from '../tfjs/copy-layer.js';
import { biasArgs, kernelArgs, type kernelFields, type WeightArgs } from './dense.js';
import { optional, type ValuesOf } from './fields.js';
import type { Prediction } from './foldable.js';

const scale: Check<number | 'learned'> = (owner, argument, value) => {
  if (value === 'learned') return value;
  if (typeof value === 'number' && value > 0 && Number.isFinite(Math.fround(value))) return value;
  throw new ArgumentError(owner, argument, "a number above 0 or 'learned'", value);
};

/** What the cosine layers have in common. */
export const cosineFields = {
  /** Subtract from each example (or patch) and from each unit's weights their mean (Pearson). Default: false. */
  center: optional(flag, false),
  /**
   * 'none'; 'augmented', one more coordinate inside the cosine, 1 in x and b in w; or 'add', added after the scale.
   * Default: 'none', as in the paper.
   */
  bias: optional(oneOf('none', 'augmented', 'add'), 'none'),
  /** Factor of the cosine: a number above 0, or 'learned', one for the layer, kept positive. Default: 1. */
  scale: optional(scale, 1),
  /** Where a learned scale starts: above 0. Default: 10. */
  scaleInit: optional(positive, 10),
  /**
   * Added to the sums of squares inside the roots: above 0. For an input it is relative to its largest square, so that
   * inputs of any magnitude count alike. Default: 1e-12.
   */
  epsilon: optional(positive, 1e-12),
};

export type CosineSettings = ValuesOf<typeof cosineFields>;

/** The settings that a layer needs for its weights, its output and its prediction. */
type Settings = CosineSettings & ValuesOf<typeof kernelFields>;

/** A layer's own weights; a bias and a scale only where they are asked for. */
export interface CosineWeights {
  readonly kernel: tf.LayerVariable;
  readonly bias: tf.LayerVariable | null;
  /** The logarithm of a learned scale. */
  readonly logScale: tf.LayerVariable | null;
}

type Add = (name: string, shape: number[], ...args: Partial<WeightArgs>) => tf.LayerVariable;

/** Adds the weights of a kernel whose last axis is that of the outputs. */
export function addCosineWeights(kernelShape: number[], settings: Settings, add: Add): CosineWeights {
  const { bias, scale, scaleInit } = settings;
  const start = tf.initializers.constant({ value: Math.log(scaleInit) });
  return {
    kernel: add('kernel', kernelShape, ...kernelArgs(settings)),
    bias: bias === 'none' ? null : add('bias', kernelShape.slice(-1), ...biasArgs(settings)),
    logScale: scale === 'learned' ? add('logScale', [], start) : null,
  };
}

/** The bias as one more coordinate of the weights; null where it is none. */
export function biasInside({ bias }: CosineWeights, settings: CosineSettings): tf.Tensor1D | null {
  return settings.bias === 'augmented' && bias ? (bias.read() as tf.Tensor1D) : null;
}

/** `f(s c + b)`, of a cosine and what the layer has of a scale and an added bias. */
export function cosineOutput(c: tf.Tensor, weights: CosineWeights, settings: Settings): tf.Tensor {
  const { scale, bias, activation } = settings;
  const factor = weights.logScale ? tf.exp(weights.logScale.read()) : scale;
  const scaled = factor === 1 ? c : tf.mul(c, factor);
  return activate(activation, weights.bias && bias === 'add' ? scaled.add(weights.bias.read()) : scaled);
}

/** A cosine layer at prediction: itself, with its weights at length 1. */
export function cosinePrediction(
  layer: tf.layers.Layer,
  weights: CosineWeights,
  settings: CosineSettings,
): Prediction {
  const [kernel, inside] = unitWeights(weights.kernel.read(), biasInside(weights, settings), settings);
  const all = [kernel, inside ?? weights.bias?.read().clone(), weights.logScale?.read().clone()];
  return { is: 'layer', layer: copyOf(layer), weights: all.filter((weight) => weight !== undefined) };
}
