import * as tf from '@tensorflow/tfjs';
import {
  ArgumentError,
  argumentsObject,
  flag,
  knownArguments,
  oneOf,
  probability,
} from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import type { LayerArgs } from '../src/layer/dense.js';
import { type Foldable, type Prediction, scaled } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { lastSize, maskShape, type NoiseShape, noiseShape } from '../src/layer/shape.js';
import { dropout as drop, gaussianDropout } from '../src/ops/dropout.js';
import { drawnRate } from '../src/random/bernoulli.js';

const LAYER = 'dropout';

export interface DropoutArgs extends LayerArgs, RandomArgs {
  /** The probability to drop, from 0 to 1; below 1 for Gaussian noise. The layer's own `rate` may be set at any time. */
  rate: number;
  /** Shape of the mask; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape?: NoiseShape | null;
  /** Where 1 - rate is made up for: in training (inverted) or at prediction (classical). Default: 'inverted'. */
  scaling?: 'inverted' | 'classical';
  /** What multiplies the input: 0 or more, or a normal number of the same mean and variance. Default: 'bernoulli'. */
  noise?: 'bernoulli' | 'gaussian';
  /** Whether prediction drops too, anew at each call, for Monte-Carlo prediction. Default: false. */
  alwaysOn?: boolean;
  /** Of a layer that is always on, the predictions that are counted already. Written into the config. Default: 0. */
  predictions?: number | null;
}

/**
 * Dropout whose masks follow from a seed: with `r ~ Bernoulli(1 - rate)`,
 *
 * inverted: training `y = x r / (1 - rate)`, prediction `y = x`;
 *
 * classical: training `y = x r`, prediction `y = x (1 - rate)`;
 *
 * Gaussian: training `y = x n`, `n ~ N(1, rate / (1 - rate))`, prediction `y = x`.
 *
 * Input and output of any shape. Bernoulli rates are rounded to a multiple of 2^-16. The layer counts its training calls
 * in its config: each has a mask of its own, the same on every backend, and a loaded model goes on with the next.
 * The layer draws by its seed and its name, without a name by its seed and its place among such layers of the model. `rate` may be set while `fit` runs. Rate 0 is the identity, rate 1 gives zeros. With alwaysOn each prediction has a mask of its own too, counted apart, so that
 * training does not depend on how often was predicted.
 *
 * Differs from `tf.layers.dropout`:
 * 1. a seed gives another mask at each step, not one for ever;
 * 2. rate 1 gives zeros, not the identity.
 *
 * Reference: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014); for
 * alwaysOn: Gal and Ghahramani, "Dropout as a Bayesian Approximation", arXiv 1506.02142.
 *
 * ```ts
 * model.add(dropout({ name: 'dropout_1', rate: 0.5, seed: 1 }));
 * ```
 */
export class Dropout extends RandomLayer implements Foldable {
  static className = 'EvenkeelDropout';

  private current!: number;
  private readonly noiseShape: NoiseShape | null;
  private readonly scaling: 'inverted' | 'classical';
  private readonly noise: 'bernoulli' | 'gaussian';
  private readonly alwaysOn: boolean;
  private features: number | null = null;

  constructor(args: DropoutArgs) {
    super(LAYER, args ?? {});
    this.noiseShape = noiseShape(LAYER, args?.noiseShape ?? null);
    this.scaling = oneOf(LAYER, 'scaling', args?.scaling ?? 'inverted', ['inverted', 'classical']);
    this.noise = oneOf(LAYER, 'noise', args?.noise ?? 'bernoulli', ['bernoulli', 'gaussian']);
    this.alwaysOn = flag(LAYER, 'alwaysOn', args?.alwaysOn ?? false);
    if (this.alwaysOn) this.countPredictions(args.predictions);
    this.rate = args?.rate;
    if (this.noise === 'gaussian' && this.scaling === 'classical') {
      throw new ArgumentError(LAYER, 'scaling', "'inverted' for Gaussian noise, of mean 1", this.scaling);
    }
    this.supportsMasking = true;
    knownArguments(this, LAYER, args);
  }

  /** The probability to drop. */
  get rate(): number {
    return this.current;
  }

  set rate(value: number) {
    probability(LAYER, 'rate', value);
    if (this.noise === 'gaussian' && value === 1) {
      throw new ArgumentError(LAYER, 'rate', 'below 1 for Gaussian noise, whose variance it sets', value);
    }
    this.current = value;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.features = lastSize(inputShape);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      if (kwargs.training || this.alwaysOn) return this.dropped(x, kwargs);
      return this.scaling === 'classical' ? x.mul(1 - drawnRate(this.rate)) : x.clone();
    });
  }

  private dropped(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    // Before the draw: what fails is no step.
    const shape = maskShape(LAYER, this.noiseShape, x.shape);
    const draw = this.draw(kwargs);
    if (this.noise === 'gaussian') return gaussianDropout(x, draw.normal(shape), this.rate);
    const rate = drawnRate(this.rate);
    if (rate === 0) return x.clone();
    if (rate === 1) return tf.zerosLike(x);
    const kept = draw.bernoulli(shape, rate);
    return drop(x, kept, this.scaling === 'classical' ? 1 : 1 / (1 - rate));
  }

  prediction(): Prediction | null {
    if (this.alwaysOn) return null;
    return this.scaling === 'classical'
      ? scaled(1 - drawnRate(this.rate), this.features)
      : { is: 'identity' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rate, noiseShape, scaling, noise, alwaysOn } = this;
    return { ...super.getConfig(), rate, noiseShape, scaling, noise, alwaysOn };
  }
}
register(Dropout);

/** Dropout whose masks follow from a seed; see {@link Dropout}. */
export function dropout(args: DropoutArgs): Dropout {
  return new Dropout(argumentsObject(LAYER, 'rate', args));
}
