import * as tf from '@tensorflow/tfjs';
import { type CallArgs, onLastAxis, onlyInput } from '../src/arguments/call.js';
import { type ChanceArgs, drawFor, type Seeding, seeding, sourceOf } from '../src/arguments/chance.js';
import { finite, oneOf, positiveInteger } from '../src/arguments/check.js';
import {
  biasArgs,
  type DenseArgs,
  denseConfig,
  denseFields,
  denseTemplate,
  kernelArgs,
  layerArgs,
  type OwnDenseArgs,
} from '../src/arguments/dense.js';
import { register } from '../src/arguments/register.js';
import { features, withLast } from '../src/arguments/shape.js';
import { activate } from '../src/ops/activate.js';
import { standout } from '../src/ops/standout.js';
import { Draws, stepWeight } from '../src/random/draws.js';

const LAYER = 'standoutDense';

export interface StandoutDenseArgs extends OwnDenseArgs, ChanceArgs {
  /** Factor of the weights in the belief network. Default: 1. */
  alpha?: number;
  /** Shift in the belief network. Default: 0. */
  beta?: number;
  /** What beta is added to: the logit of the keep probability, or each of its weights. Default: 'logit'. */
  betaOn?: 'logit' | 'weights';
  /** Default: true. */
  useBias?: boolean;
}

/**
 * A dense layer with standout: dropout whose keep probability is computed from the input by a belief network that
 * shares the layer's weights. With `z = x W + b`:
 *
 * training: `y = f(z) r`, `r ~ Bernoulli(q)`; inference, the expectation: `y = f(z) q`, which is not the identity;
 *
 * `q = sigmoid(alpha z + beta)` for betaOn 'logit'; for 'weights', beta is added to each weight, the bias's too:
 * `q = sigmoid(alpha z + beta (sum_features(x) + 1))`, without the 1 where there is no bias.
 *
 * Input `[..., features]`, output `[..., units]`. alpha 0, beta 0 is classical dropout of rate 1/2.
 *
 * Differs from the paper:
 * 1. beta is added to the logit by default; implementations disagree, and the paper's tied form, `alpha W + beta`, is
 *    betaOn 'weights';
 * 2. no pre-training as an auto-encoder.
 *
 * Reference: Ba and Frey, "Adaptive dropout for training deep neural networks", NIPS 2013, sections 2 and 3.
 *
 * ```ts
 * model.add(standoutDense({ units: 128, activation: 'relu', alpha: 0.5, beta: 1, seed: 1 }));
 * ```
 */
export class StandoutDense extends tf.layers.Layer {
  static className = 'EvenkeelStandoutDense';

  private readonly units: number;
  private readonly alpha: number;
  private readonly beta: number;
  private readonly betaOn: 'logit' | 'weights';
  private readonly seeding: Seeding;
  private readonly template: tf.layers.Layer;
  private kernelWeight!: tf.LayerVariable;
  private biasWeight?: tf.LayerVariable;
  private draws!: Draws;

  constructor(args: StandoutDenseArgs) {
    super(layerArgs(args));
    this.units = positiveInteger(LAYER, 'units', args.units);
    this.alpha = finite(LAYER, 'alpha', args.alpha ?? 1);
    this.beta = finite(LAYER, 'beta', args.beta ?? 0);
    this.betaOn = oneOf(LAYER, 'betaOn', args.betaOn ?? 'logit', ['logit', 'weights']);
    this.seeding = seeding(LAYER, args);
    this.template = denseTemplate(args as DenseArgs);
    this.inputSpec = [{ minNDim: 2 }];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const t = denseFields(this.template);
    this.kernelWeight = this.addWeight('kernel', [inputs, this.units], 'float32', ...kernelArgs(t));
    if (t.useBias) {
      this.biasWeight = this.addWeight('bias', [this.units], 'float32', ...biasArgs(t));
    }
    this.draws = new Draws(this.addWeight(...stepWeight()), sourceOf(LAYER, this, this.seeding));
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.units);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return onLastAxis(onlyInput(inputs), (x) => {
        const dot = tf.matMul(x, this.kernelWeight.read() as tf.Tensor2D);
        const z = this.biasWeight ? dot.add(this.biasWeight.read()) : dot; // [batch, units]
        const activity = activate(denseFields(this.template).activation, z);
        const noise = kwargs.training ? drawFor(kwargs, this.draws).uniform(z.shape) : null;
        return standout(
          activity as tf.Tensor2D,
          this.logit(x, z as tf.Tensor2D),
          noise as tf.Tensor2D | null,
        );
      });
    });
  }

  /** The logit of the keep probability, from the layer's input `[batch, features]` and pre-activation `[batch, units]`. */
  private logit(x: tf.Tensor2D, z: tf.Tensor2D): tf.Tensor2D {
    const scaled = z.mul(this.alpha) as tf.Tensor2D;
    if (this.betaOn === 'logit') return scaled.add(this.beta);
    const total = tf.sum(x, 1, true).add(this.biasWeight ? 1 : 0); // [batch, 1]
    return scaled.add(total.mul(this.beta));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { units, alpha, beta, betaOn } = this;
    const { seed } = this.seeding;
    return { ...super.getConfig(), ...denseConfig(this.template), units, alpha, beta, betaOn, seed };
  }
}
register(StandoutDense);

/** A dense layer with standout; see {@link StandoutDense}. */
export function standoutDense(args: StandoutDenseArgs): StandoutDense {
  return new StandoutDense(args);
}
