import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { type Check, isInteger, probability } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ArgsOf, constraint, initializer, optional, regularizer } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { onlyShape } from '../src/layer/shape.js';
import { SingleInputLayer } from '../src/layer/single-input-layer.js';
import { weightArgs } from '../src/layer/weights.js';
import { addToChannels, subtractBatchMean } from '../src/ops/batch-mean.js';
import { isFrozen } from '../src/tfjs/frozen.js';
import type { Weight } from '../src/tfjs/weights.js';

const axisOfChannels: Check<number> = (owner, argument, value) => {
  if (isInteger(value) && value !== 0) return value;
  throw new ArgumentError(owner, argument, 'an integer other than 0, the axis of the batch', value);
};

const fields = {
  /** The axis of the channels, not that of the batch; negative counts from the end. Default: -1. */
  axis: optional(axisOfChannels, -1),
  /** Momentum of the running mean, from 0 to 1: `m <- momentum m + (1 - momentum) new`. Default: 0.9. */
  momentum: optional(probability, 0.9),
  /** Default: 'zeros'. */
  betaInitializer: initializer('zeros'),
  /** Default: none. */
  betaRegularizer: regularizer(),
  /** Default: none. */
  betaConstraint: constraint(),
};

export interface MeanOnlyBatchNormArgs extends LayerArgs, ArgsOf<typeof fields> {}

/** The layer of {@link meanOnlyBatchNorm}. */
export class MeanOnlyBatchNorm extends SingleInputLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelMeanOnlyBatchNorm';

  private bias!: Weight<tf.Rank.R1>;
  private movingMean!: Weight<tf.Rank.R1>;

  constructor(args?: MeanOnlyBatchNormArgs) {
    super('meanOnlyBatchNorm', fields, args);
    this.supportsMasking = true;
    this.inputSpec = [{ minNDim: 2 }];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { axis: asked, betaInitializer, betaRegularizer, betaConstraint } = this.settings;
    const shape = onlyShape(inputShape);
    const axis = asked < 0 ? asked + shape.length : asked;
    const channels = axis > 0 ? shape[axis] : null;
    if (channels == null) {
      const right = 'an axis of known size other than that of the batch, in an input of rank 2 or more';
      throw new ArgumentError(this.kind, 'axis', `${right} (here of shape ${JSON.stringify(shape)})`, asked);
    }
    const beta = weightArgs(betaInitializer, betaRegularizer, betaConstraint);
    const zeros = tf.initializers.zeros();
    this.bias = this.weight('bias', [channels], ...beta);
    this.movingMean = this.weight('movingMean', [channels], zeros, undefined, false);
    this.inputSpec = [{ ndim: shape.length, axes: { [axis]: channels } }];
    super.build(inputShape);
  }

  protected override compute(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    const { axis, momentum } = this.settings;
    if (!kwargs.training || isFrozen(this)) return addToChannels(x, this.shift(), axis);
    const { y, mean } = subtractBatchMean(x, this.bias.read(), axis);
    const kept = this.movingMean.read().mul(momentum);
    this.movingMean.write(kept.add(mean.mul(1 - momentum)));
    return y;
  }

  private shift(): tf.Tensor1D {
    return this.bias.read().sub(this.movingMean.read());
  }

  /** At prediction the layer adds a constant to each channel. */
  prediction(): Prediction {
    const shift = this.shift();
    return { is: 'map', map: { axis: this.settings.axis, scale: tf.onesLike(shift), shift } };
  }
}
register(MeanOnlyBatchNorm);

/**
 * Mean-only batch normalization: batch normalization that leaves the variance alone, the companion of weight
 * normalization, which fixes the scale by itself. For each channel:
 *
 * training: `y = x - mu[x] + b`, mu over the batch and every other axis; inference: `y = x - m + b`, m the running mean,
 * `m <- momentum m + (1 - momentum) mu[x]` at each training step.
 *
 * Input and output of rank 2 or more. Weights: bias `[channels]`, and movingMean `[channels]`, saved and not trained. A
 * layer that is frozen, by its `trainable` or that of a model around it, computes in fit what it does in inference, and
 * its running mean does not change. The bias of the layer before has no effect: leave it out. In training, a batch with
 * one value per channel gives b, whatever the value.
 *
 * Differs from the paper:
 * 1. the momentum of the running mean can be chosen, and the axis of the channels.
 *
 * Reference: Salimans and Kingma, "Weight Normalization: A Simple Reparameterization to Accelerate Training of Deep
 * Neural Networks", arXiv 1602.07868, section 4.
 *
 * ```ts
 * model.add(weightNorm({ layer: tf.layers.dense({ units: 128, useBias: false }) }));
 * model.add(meanOnlyBatchNorm());
 * model.add(tf.layers.reLU());
 * ```
 */
export function meanOnlyBatchNorm(args?: MeanOnlyBatchNormArgs): MeanOnlyBatchNorm {
  return new MeanOnlyBatchNorm(args);
}
