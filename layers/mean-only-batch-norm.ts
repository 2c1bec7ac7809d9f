import * as tf from '@tensorflow/tfjs';
import { ArgumentError, argumentsObject, knownArguments, probability } from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import type { LayerArgs } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { onlyShape } from '../src/layer/shape.js';
import { addToChannels, subtractBatchMean } from '../src/ops/batch-mean.js';
import { isFrozen } from '../src/tfjs/frozen.js';

const LAYER = 'meanOnlyBatchNorm';

type BatchNormArgs = NonNullable<Parameters<typeof tf.layers.batchNormalization>[0]>;

export interface MeanOnlyBatchNormArgs extends LayerArgs {
  /** The axis of the channels, not that of the batch; negative counts from the end. Default: -1. */
  axis?: number;
  /** What the running mean keeps of itself at a training step, from 0 to 1. Default: 0.9. */
  momentum?: number;
  /** Default: 'zeros'. */
  betaInitializer?: BatchNormArgs['betaInitializer'];
  /** Default: none, as for the constraint. */
  betaRegularizer?: BatchNormArgs['betaRegularizer'];
  betaConstraint?: BatchNormArgs['betaConstraint'];
}

/**
 * Mean-only batch normalization: batch normalization that leaves the variance alone, the companion of weight
 * normalization, which fixes the scale by itself. For each channel:
 *
 * training: `y = x - mu[x] + b`, mu over the batch and every other axis; inference: `y = x - m + b`, m the running mean,
 * `m <- momentum m + (1 - momentum) mu[x]` at each training step.
 *
 * Input and output of any rank from 2 on. Weights: bias `[channels]`, movingMean `[channels]`, saved and not trained.
 * A layer whose `trainable` is false, or that of a model around it, works as in inference, in fit too, and its running
 * mean stays. The bias of the layer before has no effect: leave it out. Where a batch holds
 * one value a channel, training gives b whatever the value.
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
export class MeanOnlyBatchNorm extends tf.layers.Layer implements Foldable {
  static className = 'EvenkeelMeanOnlyBatchNorm';

  private readonly axis: number;
  private readonly momentum: number;
  private readonly template: tf.layers.Layer;
  private bias!: tf.LayerVariable;
  private movingMean!: tf.LayerVariable;

  constructor(args: MeanOnlyBatchNormArgs = {}) {
    super(args);
    this.axis = args.axis ?? -1;
    if (!Number.isInteger(this.axis) || this.axis === 0) {
      throw new ArgumentError(LAYER, 'axis', 'an integer other than 0, the axis of the batch', this.axis);
    }
    this.momentum = probability(LAYER, 'momentum', args.momentum ?? 0.9);
    this.template = template(args);
    this.supportsMasking = true;
    this.inputSpec = [{ minNDim: 2 }];
    knownArguments(this, LAYER, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = onlyShape(inputShape);
    const axis = this.axis < 0 ? this.axis + shape.length : this.axis;
    const channels = axis > 0 ? shape[axis] : null;
    if (channels == null) {
      const right = 'an axis of known size other than that of the batch, in an input of rank 2 or more';
      throw new ArgumentError(LAYER, 'axis', `${right} (here of shape ${JSON.stringify(shape)})`, this.axis);
    }
    const { betaInitializer, betaRegularizer, betaConstraint } = betaFields(this.template);
    const beta = [betaInitializer, betaRegularizer, true, betaConstraint] as const;
    const zeros = tf.initializers.zeros();
    this.bias = this.addWeight('bias', [channels], 'float32', ...beta);
    this.movingMean = this.addWeight('movingMean', [channels], 'float32', zeros, undefined, false);
    this.inputSpec = [{ ndim: shape.length, axes: { [axis]: channels } }];
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      if (!kwargs?.training || isFrozen(this)) return addToChannels(x, this.shift(), this.axis);
      const { y, mean } = subtractBatchMean(x, this.bias.read() as tf.Tensor1D, this.axis);
      const kept = this.movingMean.read().mul(this.momentum);
      this.movingMean.write(kept.add(mean.mul(1 - this.momentum)));
      return y;
    });
  }

  private shift(): tf.Tensor1D {
    return this.bias.read().sub(this.movingMean.read()) as tf.Tensor1D;
  }

  /** At prediction the layer adds a constant to each channel. */
  prediction(): Prediction {
    const shift = this.shift();
    return { is: 'map', map: { axis: this.axis, scale: tf.onesLike(shift), shift } };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { betaInitializer, betaRegularizer, betaConstraint } = this.template.getConfig();
    const { axis, momentum } = this;
    const beta = { betaInitializer, betaRegularizer, betaConstraint } as tf.serialization.ConfigDict;
    return { ...super.getConfig(), ...beta, axis, momentum };
  }
}
register(MeanOnlyBatchNorm);

interface BetaFields {
  betaInitializer: ReturnType<typeof tf.initializers.zeros>;
  betaRegularizer?: ReturnType<typeof tf.regularizers.l2>;
  betaConstraint?: ReturnType<typeof tf.constraints.nonNeg>;
}

/** A batch normalization that is never built: it resolves arguments by name and writes them back into a config. */
function template(args: MeanOnlyBatchNormArgs): tf.layers.Layer {
  const { betaInitializer, betaRegularizer, betaConstraint } = args;
  const beta = { betaInitializer, betaRegularizer, betaConstraint } as BatchNormArgs;
  return tf.layers.batchNormalization({ ...beta, name: 'template' });
}

function betaFields(template: tf.layers.Layer): BetaFields {
  return template as unknown as BetaFields;
}

/** Batch normalization of the mean alone; see {@link MeanOnlyBatchNorm}. */
export function meanOnlyBatchNorm(args: MeanOnlyBatchNormArgs = {}): MeanOnlyBatchNorm {
  return new MeanOnlyBatchNorm(argumentsObject(LAYER, 'axis', args));
}
