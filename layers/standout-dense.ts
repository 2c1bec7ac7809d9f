import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { finite, oneOf } from '../src/errors/checks.js';
import { type CallArgs, onLastAxis } from '../src/layer/call.js';
import {
  type DenseLayerArgs,
  kernelFields,
  layerArgs,
  type UseBiasArgs,
  unitsField,
  useBiasField,
} from '../src/layer/dense.js';
import { type ArgsOf, initializer, optional, orNull } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { features, withLast } from '../src/layer/shape.js';
import { biasArgs, kernelArgs } from '../src/layer/weights.js';
import { activate } from '../src/ops/activate.js';
import { constantOf } from '../src/ops/gradient.js';
import { standout } from '../src/ops/standout.js';
import { builtInDense } from '../src/tfjs/named.js';
import type { Weight } from '../src/tfjs/weights.js';

const own = {
  /** Factor of the weights in the belief network. Default: 1. */
  alpha: optional(finite, 1),
  /** Shift in the belief network. Default: 0. */
  beta: optional(finite, 0),
  /** What beta is added to: the logit of the keep probability, or each weight of the belief network. Default: 'logit'. */
  betaOn: optional(oneOf('logit', 'weights'), 'logit'),
  /** The weights of the belief network: those of the layer, or weights that are learned apart. Default: 'tied'. */
  belief: optional(oneOf('tied', 'learned'), 'tied'),
  /** For the kernel of a learned belief network. Default: `kernelInitializer`. */
  beliefInitializer: orNull(initializer('glorotNormal')),
};
const fields = { ...unitsField, ...kernelFields, ...useBiasField, ...own };

export interface StandoutDenseArgs extends DenseLayerArgs, RandomArgs, UseBiasArgs, ArgsOf<typeof own> {}

/** The weights of a linear map of the input. */
interface Weights {
  kernel: Weight<tf.Rank.R2>;
  bias: Weight<tf.Rank.R1> | null;
}

/** The layer of {@link standoutDense}. */
export class StandoutDense extends RandomLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelStandoutDense';

  private own!: Weights;
  private believed!: Weights;

  constructor(args: StandoutDenseArgs) {
    super('standoutDense', fields, args, layerArgs(args));
    const { belief, beliefInitializer } = this.settings;
    if (belief === 'tied' && beliefInitializer !== null) {
      const expected = "left out for the belief 'tied', which has no weights of its own";
      throw new ArgumentError(this.kind, 'beliefInitializer', expected, args.beliefInitializer);
    }
    this.inputSpec = [{ minNDim: 2 }];
    this.supportsMasking = true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(this.kind, inputShape);
    const s = this.settings;
    const kernelInitializer = s.beliefInitializer ?? s.kernelInitializer;
    const none = {
      kernelRegularizer: null,
      kernelConstraint: null,
      biasRegularizer: null,
      biasConstraint: null,
    };
    const learned = { ...none, kernelInitializer, biasInitializer: tf.initializers.zeros() };
    this.own = this.addWeights(['kernel', 'bias'], inputs, s);
    this.believed =
      s.belief === 'learned' ? this.addWeights(['beliefKernel', 'beliefBias'], inputs, learned) : this.own;
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    super.build(inputShape);
  }

  private addWeights(names: [string, string], inputs: number, s: Parameters<typeof kernelArgs>[0]): Weights {
    const { units, useBias } = this.settings;
    return {
      kernel: this.weight(names[0], [inputs, units], ...kernelArgs(s)),
      bias: useBias ? this.weight(names[1], [units], ...biasArgs(s)) : null,
    };
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.settings.units);
  }

  protected override compute(input: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    const { activation, belief } = this.settings;
    return onLastAxis(input, (x) => {
      const z = affine(x, this.own); // [batch, units]
      const activated = activate(activation, z) as tf.Tensor2D;
      if (!kwargs.training) return standout(activated, this.logit(x, z), null);
      const noise = this.draw(kwargs).uniform(z.shape) as tf.Tensor2D;
      // A tied logit has no gradient, so nothing is kept on the tape for it.
      const logit = belief === 'tied' ? constantOf(z, (z) => this.logit(x, z)) : this.logit(x, z);
      return standout(activated, logit, noise, belief);
    });
  }

  /** The logit of the keep probability, from input `[batch, features]` and pre-activation `[batch, units]`. */
  private logit(x: tf.Tensor2D, z: tf.Tensor2D): tf.Tensor2D {
    const { own, believed } = this;
    const { alpha, beta, betaOn } = this.settings;
    const u = believed === own ? z : affine(x, believed);
    const scaled: tf.Tensor2D = alpha === 1 ? u : u.mul(alpha);
    if (beta === 0) return scaled;
    if (betaOn === 'logit') return scaled.add(beta);
    const total = tf.sum(x, 1, true).add(own.bias ? 1 : 0); // [batch, 1]
    return scaled.add(total.mul(beta));
  }

  /** `f(x W + b) sigmoid(x P' + c')`, where P' and c' have alpha and beta in them. */
  prediction(): Prediction {
    const { name, own, believed } = this;
    const { units, alpha, beta, betaOn, activation } = this.settings;
    const kernel = believed.kernel.read().mul(alpha);
    const bias = (believed.bias?.read() ?? tf.zeros([units])).mul(alpha);
    const shifted =
      betaOn === 'logit'
        ? [kernel, bias.add(beta)]
        : [kernel.add(beta), believed.bias ? bias.add(beta) : bias];
    const named = { name, units, activation: activation.getClassName(), useBias: own.bias !== null };
    return {
      is: 'branches',
      branches: {
        activation: {
          layer: builtInDense(named),
          weights: own.bias ? [own.kernel.read(), own.bias.read()] : [own.kernel.read()],
        },
        belief: { layer: tf.layers.dense({ name, units, activation: 'sigmoid' }), weights: shifted },
      },
      join: tf.layers.multiply({ name }),
    };
  }
}
register(StandoutDense);

/** `[batch, units]` */
function affine(x: tf.Tensor2D, { kernel, bias }: Weights): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(x, kernel.read());
  return bias ? product.add(bias.read()) : product;
}

/**
 * A dense layer with standout: dropout whose keep probability is computed from the input by a belief network. With
 * `z = x W + b`, the belief network's `u = x P + c`, and for the belief 'tied' `P = W, c = b`:
 *
 * training: `y = f(z) r`, `r ~ Bernoulli(q)`; inference: the expectation `y = f(z) q`;
 *
 * betaOn 'logit': `q = sigmoid(alpha u + beta)`;
 *
 * betaOn 'weights': `q = sigmoid(alpha u + beta (sum_features(x) + 1))`, which adds beta to each weight of the belief
 * network and to its bias; without a bias the 1 is left out.
 *
 * Input `[..., features]`, output `[..., units]`. alpha 0, beta 0 is classical dropout of rate 1/2. Weights: kernel W,
 * bias b, and for the belief 'learned' its kernel P and bias c, which starts at 0. Gradients: the tied q counts as a
 * constant in training; the learned q has the straight-through gradient, that of the expectation `f(z) q`, which reaches
 * x too.
 *
 * Each training call draws new masks. They follow from the seed, the layer's name and the
 * number of the call, which the config holds; a layer without a name draws by its place among such layers of the model.
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
export function standoutDense(args: StandoutDenseArgs): StandoutDense {
  return new StandoutDense(args);
}
