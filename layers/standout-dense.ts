import * as tf from '@tensorflow/tfjs';
import {
  ArgumentError,
  argumentsObject,
  finite,
  knownArguments,
  oneOf,
  positiveInteger,
} from '../src/errors/argument-error.js';
import { type CallArgs, onLastAxis, onlyInput } from '../src/layer/call.js';
import {
  biasArgs,
  type DenseArgs,
  denseConfig,
  denseFields,
  denseTemplate,
  kernelArgs,
  layerArgs,
  type OwnDenseArgs,
} from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { features, withLast } from '../src/layer/shape.js';
import { activate } from '../src/ops/activate.js';
import { constantOf } from '../src/ops/gradient.js';
import { standout } from '../src/ops/standout.js';

const LAYER = 'standoutDense';

export interface StandoutDenseArgs extends OwnDenseArgs, RandomArgs {
  /** Factor of the weights in the belief network. Default: 1. */
  alpha?: number;
  /** Shift in the belief network. Default: 0. */
  beta?: number;
  /** What beta is added to: the logit of the keep probability, or each of its weights. Default: 'logit'. */
  betaOn?: 'logit' | 'weights';
  /** The weights of the belief network: the layer's own, or others, learned beside them. Default: 'tied'. */
  belief?: 'tied' | 'learned';
  /** Of the kernel of a learned belief network. Default: as that of the kernel. */
  beliefInitializer?: OwnDenseArgs['kernelInitializer'] | null;
  /** Default: true. */
  useBias?: boolean;
}

/**
 * A dense layer with standout: dropout whose keep probability is computed from the input by a belief network. With
 * `z = x W + b` and the belief network's `u = x P + c`, of the belief 'tied' `P = W, c = b`:
 *
 * training: `y = f(z) r`, `r ~ Bernoulli(q)`; inference, the expectation: `y = f(z) q`, which is not the identity;
 *
 * `q = sigmoid(alpha u + beta)` for betaOn 'logit'; for 'weights', beta is added to each weight, the bias's too:
 * `q = sigmoid(alpha u + beta (sum_features(x) + 1))`, without the 1 where there is no bias.
 *
 * Input `[..., features]`, output `[..., units]`. alpha 0, beta 0 is classical dropout of rate 1/2. Weights: kernel W,
 * bias b, and of the belief 'learned' its kernel P and bias c, which starts at 0. Each training call has a mask of its
 * own; the config counts the calls. The layer draws by its seed and its name, without a name by its seed and its place
 * among such layers of the model. Gradients: the tied q counts as a constant in training; the learned one has
 * the straight-through gradient, that of the expectation `f(z) q`, so that x gets some through it too.
 *
 * Differs from the paper:
 * 1. beta is added to the logit by default; implementations disagree, and the paper's tied form, `alpha W + beta`, is
 *    betaOn 'weights';
 * 2. a learned belief network is trained by the straight-through estimator of Bengio, Leonard and Courville
 *    (arXiv 1308.3432), where the paper approximates local expectations of the binary variables; alpha and beta hold
 *    for it too, and with 1 and 0 it is the paper's;
 * 3. no pre-training as an auto-encoder.
 *
 * Reference: Ba and Frey, "Adaptive dropout for training deep neural networks", NIPS 2013, sections 2 and 3.
 *
 * ```ts
 * model.add(standoutDense({ units: 128, activation: 'relu', alpha: 0.5, beta: 1, seed: 1 }));
 * ```
 */
export class StandoutDense extends RandomLayer implements Foldable {
  static className = 'EvenkeelStandoutDense';

  private readonly units: number;
  private readonly alpha: number;
  private readonly beta: number;
  private readonly betaOn: 'logit' | 'weights';
  private readonly belief: 'tied' | 'learned';
  private readonly template: tf.layers.Layer;
  /** Resolves the initializer of a learned belief network. */
  private readonly beliefTemplate: tf.layers.Layer | null;
  private own!: Weights;
  private believed!: Weights;

  constructor(args: StandoutDenseArgs) {
    super(LAYER, args ?? {}, layerArgs(args));
    this.units = positiveInteger(LAYER, 'units', args?.units);
    this.alpha = finite(LAYER, 'alpha', args.alpha ?? 1);
    this.beta = finite(LAYER, 'beta', args.beta ?? 0);
    this.betaOn = oneOf(LAYER, 'betaOn', args.betaOn ?? 'logit', ['logit', 'weights']);
    this.belief = oneOf(LAYER, 'belief', args.belief ?? 'tied', ['tied', 'learned']);
    this.template = denseTemplate(args as DenseArgs);
    const kernelInitializer = args.beliefInitializer ?? null;
    if (this.belief === 'tied' && kernelInitializer !== null) {
      const expected = "left out for the belief 'tied', which has no weights of its own";
      throw new ArgumentError(LAYER, 'beliefInitializer', expected, kernelInitializer);
    }
    const chosen = kernelInitializer ?? args.kernelInitializer;
    this.beliefTemplate =
      this.belief === 'tied'
        ? null
        : denseTemplate({ units: this.units, ...(chosen && { kernelInitializer: chosen }) });
    this.inputSpec = [{ minNDim: 2 }];
    this.supportsMasking = true;
    knownArguments(this, LAYER, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const t = denseFields(this.template);
    this.own = {
      kernel: this.addWeight('kernel', [inputs, this.units], 'float32', ...kernelArgs(t)),
      bias: t.useBias ? this.addWeight('bias', [this.units], 'float32', ...biasArgs(t)) : null,
    };
    this.believed = this.beliefTemplate ? this.beliefWeights(inputs, this.beliefTemplate) : this.own;
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    super.build(inputShape);
  }

  private beliefWeights(inputs: number, template: tf.layers.Layer): Weights {
    const t = denseFields(template);
    return {
      kernel: this.addWeight('beliefKernel', [inputs, this.units], 'float32', ...kernelArgs(t)),
      bias: this.own.bias ? this.addWeight('beliefBias', [this.units], 'float32', ...biasArgs(t)) : null,
    };
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.units);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return onLastAxis(onlyInput(inputs), (x) => {
        const z = affine(x, this.own); // [batch, units]
        const activity = activate(denseFields(this.template).activation, z) as tf.Tensor2D;
        if (!kwargs.training) return standout(activity, this.logit(x, z), null);
        const noise = this.draw(kwargs).uniform(z.shape) as tf.Tensor2D;
        // The tied one has no gradient: nothing of it is to be kept for one.
        const logit = this.belief === 'tied' ? constantOf(z, (z) => this.logit(x, z)) : this.logit(x, z);
        return standout(activity, logit, noise, this.belief);
      });
    });
  }

  /** Of the keep probability, from the layer's input `[batch, features]` and pre-activation `[batch, units]`. */
  private logit(x: tf.Tensor2D, z: tf.Tensor2D): tf.Tensor2D {
    const { alpha, beta, own, believed } = this;
    const u = believed === own ? z : affine(x, believed);
    const scaled = (alpha === 1 ? u : u.mul(alpha)) as tf.Tensor2D;
    if (beta === 0) return scaled;
    if (this.betaOn === 'logit') return scaled.add(beta);
    const total = tf.sum(x, 1, true).add(own.bias ? 1 : 0); // [batch, 1]
    return scaled.add(total.mul(beta));
  }

  /** `f(x W + b) sigmoid(x P' + c')`, where P' and c' have alpha and beta in them. */
  prediction(): Prediction {
    const { name, units, alpha, beta, betaOn, own, believed } = this;
    const { activation } = denseConfig(this.template) as { activation: 'relu' };
    const kernel = believed.kernel.read().mul(alpha);
    const bias = (believed.bias?.read() ?? tf.zeros([units])).mul(alpha);
    const shifted =
      betaOn === 'logit'
        ? [kernel, bias.add(beta)]
        : [kernel.add(beta), believed.bias ? bias.add(beta) : bias];
    return {
      is: 'branches',
      branches: {
        activity: {
          layer: tf.layers.dense({ name, units, activation, useBias: own.bias !== null }),
          weights: own.bias ? [own.kernel.read(), own.bias.read()] : [own.kernel.read()],
        },
        belief: { layer: tf.layers.dense({ name, units, activation: 'sigmoid' }), weights: shifted },
      },
      join: tf.layers.multiply({ name }),
    };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { units, alpha, beta, betaOn, belief } = this;
    const beliefInitializer = this.beliefTemplate?.getConfig().kernelInitializer ?? null;
    const own = { units, alpha, beta, betaOn, belief, beliefInitializer };
    return { ...super.getConfig(), ...denseConfig(this.template), ...own };
  }
}
register(StandoutDense);

/** The weights of a linear map of the input. */
interface Weights {
  kernel: tf.LayerVariable;
  bias: tf.LayerVariable | null;
}

/** `[batch, units]` */
function affine(x: tf.Tensor2D, { kernel, bias }: Weights): tf.Tensor2D {
  const product = tf.matMul(x, kernel.read() as tf.Tensor2D) as tf.Tensor2D;
  return bias ? product.add(bias.read()) : product;
}

/** A dense layer with standout; see {@link StandoutDense}. */
export function standoutDense(args: StandoutDenseArgs): StandoutDense {
  return new StandoutDense(argumentsObject(LAYER, 'units', args));
}
