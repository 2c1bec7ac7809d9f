import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { type Check, flag, oneOf, positive } from '../errors/checks.js';
import { activate } from '../ops/activate.js';
import { unitWeights } from '../ops/cosine.js';
import { copyOf } from '../tfjs/copy-layer.js';
import type { RankOf, Weight } from '../tfjs/weights.js';
import type { kernelFields } from './dense.js';
import { type ArgsOf, optional, type ValuesOf } from './fields.js';
import type { Prediction } from './foldable.js';
import { biasArgs, kernelArgs, type WeightArgs } from './weights.js';

const scale: Check<number | 'learned'> = (owner, argument, value) => {
  if (value === 'learned') return value;
  if (typeof value === 'number' && value > 0 && Number.isFinite(Math.fround(value))) return value;
  throw new ArgumentError(owner, argument, "a number above 0 or 'learned'", value);
};

/** What the cosine layers have in common. */
export const cosineFields = {
  /** Subtract the mean from each example (or patch) and from the weights of each unit (Pearson). Default: false. */
  center: optional(flag, false),
  /**
   * 'none'; 'augmented', one more coordinate inside the cosine, 1 in x and b in w; or 'add', added after the scale.
   * Default: 'none', as in the paper.
   */
  bias: optional(oneOf('none', 'augmented', 'add'), 'none'),
  /** Factor of the cosine: a number above 0, or 'learned', one positive number for the layer. Default: 1. */
  scale: optional(scale, 1),
  /** Where a learned scale starts: above 0. Default: 10. */
  scaleInit: optional(positive, 10),
  /**
   * Added to the sums of squares inside the roots: above 0. For an input it is relative to its largest square, which makes
   * the output independent of the input's magnitude. Default: 1e-12.
   */
  epsilon: optional(positive, 1e-12),
};

export type CosineArgs = ArgsOf<typeof cosineFields>;

/** What the cosine layers read of their settings. */
type Settings = ValuesOf<typeof cosineFields> & ValuesOf<typeof kernelFields>;

type Add = <Shape extends number[]>(
  name: string,
  shape: [...Shape],
  ...args: Partial<WeightArgs>
) => Weight<RankOf<Shape>>;

/** The weights of a cosine layer, whose kernel has the outputs as its last axis. */
export class CosineWeights<Shape extends number[]> {
  readonly kernel: Weight<RankOf<Shape>>;
  private readonly bias: Weight<tf.Rank.R1> | null;
  /** The logarithm of a learned scale. */
  private readonly logScale: Weight<tf.Rank.R0> | null;

  constructor(
    private readonly settings: Settings,
    kernelShape: [...Shape],
    add: Add,
  ) {
    const { bias, scale, scaleInit } = settings;
    const start = tf.initializers.constant({ value: Math.log(scaleInit) });
    this.kernel = add('kernel', kernelShape, ...kernelArgs(settings));
    this.bias = bias === 'none' ? null : add('bias', [kernelShape.at(-1)!], ...biasArgs(settings));
    this.logScale = scale === 'learned' ? add('logScale', [], start) : null;
  }

  /** The bias as one more coordinate of the weights; null where it is none. */
  biasInside(): tf.Tensor1D | null {
    return this.settings.bias === 'augmented' && this.bias ? this.bias.read() : null;
  }

  /** `f(s c + b)`, of a cosine. */
  output(c: tf.Tensor): tf.Tensor {
    const { scale, bias, activation } = this.settings;
    const factor = this.logScale ? tf.exp(this.logScale.read()) : scale;
    const scaled = factor === 1 ? c : tf.mul(c, factor);
    return activate(activation, this.bias && bias === 'add' ? scaled.add(this.bias.read()) : scaled);
  }

  /** The layer itself, with its weights at length 1. */
  prediction(layer: tf.layers.Layer): Prediction {
    const [kernel, inside] = unitWeights(this.kernel.read(), this.biasInside(), this.settings);
    const all = [kernel, inside ?? this.bias?.read().clone(), this.logScale?.read().clone()];
    return { is: 'layer', layer: copyOf(layer), weights: all.filter((weight) => weight !== undefined) };
  }
}
