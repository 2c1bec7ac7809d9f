import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { count, flag, oneOf, probability } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ArgsOf, optional, required } from '../src/layer/fields.js';
import { type Foldable, type Prediction, scaled } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { lastSize, maskShape, noiseShape } from '../src/layer/shape.js';
import { dropout as drop, gaussianDropout } from '../src/ops/dropout.js';
import { drawnRate } from '../src/random/bernoulli.js';
import { changes, changingField, decided, floatOf } from '../src/steps/changing.js';

const fields = {
  /** The probability to drop, from 0 to 1; below 1 for Gaussian noise. `layer.rate` may be set at any time. */
  rate: required(probability),
  /** Shape of the mask; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape: optional(noiseShape, null),
  /** Where outputs are scaled: in training by `1 / (1 - rate)`, or at prediction by `1 - rate`. Default: 'inverted'. */
  scaling: optional(oneOf('inverted', 'classical'), 'inverted'),
  /** What multiplies the input: a mask, or normal numbers of the same mean and variance. Default: 'bernoulli'. */
  noise: optional(oneOf('bernoulli', 'gaussian'), 'bernoulli'),
  /** Drop at prediction too, with a new mask at each call, for Monte-Carlo prediction. Default: false. */
  alwaysOn: optional(flag, false),
  /** With alwaysOn, the number of predictions made so far. The config holds it. Default: 0. */
  predictions: optional(count, 0),
};

export interface DropoutArgs extends LayerArgs, RandomArgs, ArgsOf<typeof fields> {}

/** The layer of {@link dropout}. */
export class Dropout extends RandomLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelDropout';

  private features: number | null = null;

  constructor(args: DropoutArgs) {
    super('dropout', fields, args);
    const { rate, noise, scaling, alwaysOn, predictions } = this.settings;
    if (alwaysOn) this.countPredictions(predictions);
    this.rate = rate;
    if (noise === 'gaussian' && scaling === 'classical') {
      throw new ArgumentError(this.kind, 'scaling', "'inverted' for Gaussian noise, of mean 1", scaling);
    }
    this.supportsMasking = true;
  }

  /** The probability to drop. */
  get rate(): number {
    return this.settings.rate;
  }

  set rate(value: number) {
    const rate = probability(this.kind, 'rate', value);
    if (this.settings.noise === 'gaussian' && rate === 1) {
      throw new ArgumentError(this.kind, 'rate', 'below 1 for Gaussian noise, whose variance it sets', rate);
    }
    this.settings = { ...this.settings, rate };
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.features = lastSize(inputShape);
    super.build(inputShape);
  }

  protected override compute(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    const { alwaysOn, scaling } = this.settings;
    if (kwargs.training || alwaysOn) return this.dropped(x, kwargs);
    return scaling === 'classical' ? x.mul(this.share()) : x.clone();
  }

  /** What is kept on average, `1 - rate`. */
  private share(): tf.Tensor {
    changes(this, 'settings.rate');
    return tf.tensor(floatOf(changingField(this, 'rate').to((rate) => 1 - drawnRate(rate))), []);
  }

  private dropped(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    const { noise, noiseShape, scaling } = this.settings;
    // Before the draw: what fails is no step.
    const shape = maskShape(this.kind, noiseShape, x.shape);
    const draw = this.draw(kwargs);
    changes(this, 'settings.rate');
    const asked = changingField(this, 'rate');
    if (noise === 'gaussian') return gaussianDropout(x, draw.normal(shape), asked);
    const rate = asked.to(drawnRate);
    if (decided(() => rate.now === 0)) return x.clone();
    if (decided(() => rate.now === 1)) return tf.zerosLike(x);
    const scale = scaling === 'classical' ? 1 : rate.to((rate) => 1 / (1 - rate));
    return drop(x, draw.bernoulli(shape, rate), scale);
  }

  prediction(): Prediction | null {
    const { alwaysOn, scaling } = this.settings;
    if (alwaysOn) return null;
    return scaling === 'classical' ? scaled(1 - drawnRate(this.rate), this.features) : { is: 'identity' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { predictions, ...config } = super.getConfig();
    return this.settings.alwaysOn ? { ...config, predictions: predictions ?? null } : config;
  }
}
register(Dropout);

/**
 * Dropout whose masks follow from a seed: with `r ~ Bernoulli(1 - rate)`,
 *
 * inverted: training `y = x r / (1 - rate)`, prediction `y = x`;
 *
 * classical: training `y = x r`, prediction `y = x (1 - rate)`;
 *
 * Gaussian: training `y = x n`, `n ~ N(1, rate / (1 - rate))`, prediction `y = x`.
 *
 * Input and output of any shape. Bernoulli rates are rounded to a multiple of 2^-16; rate 0 is the identity, rate 1 gives
 * zeros. `rate` may be set while `fit` runs.
 *
 * Each training call draws a new mask, the same on every backend. It follows from the seed, the layer's name and the
 * number of the call, which the config holds: a loaded model continues with the next mask. A layer without a name draws
 * by its place among such layers of the model. With alwaysOn each prediction draws a new mask too; predictions are counted
 * apart, and training does not depend on their number.
 *
 * Differs from `tf.layers.dropout`:
 * 1. a seed gives another mask at each step, not the same one at all steps;
 * 2. rate 1 gives zeros, not the identity.
 *
 * Reference: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014); for
 * alwaysOn: Gal and Ghahramani, "Dropout as a Bayesian Approximation", arXiv 1506.02142.
 *
 * ```ts
 * model.add(dropout({ name: 'dropout_1', rate: 0.5, seed: 1 }));
 * ```
 */
export function dropout(args: DropoutArgs): Dropout {
  return new Dropout(args);
}
