import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { oneOf, positiveInteger, probability } from '../src/errors/checks.js';
import { type CallArgs, onLastAxis } from '../src/layer/call.js';
import {
  type DenseLayerArgs,
  kernelFields,
  layerArgs,
  type UseBiasArgs,
  unitsField,
  useBiasField,
} from '../src/layer/dense.js';
import { type ArgsOf, optional, required } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { features, requireChannels, withLast } from '../src/layer/shape.js';
import { biasArgs, kernelArgs } from '../src/layer/weights.js';
import { activate } from '../src/ops/activate.js';
import { type Block, dropConnectPerBatch, dropConnectPerExample } from '../src/ops/drop-connect.js';
import {
  type Dropping,
  dropConnectGaussian,
  type Gaussian,
  gaussianMeanOf,
  gaussianRelu,
  meanOverSamples,
} from '../src/ops/drop-connect-gaussian.js';
import { drawnRate } from '../src/random/bernoulli.js';
import { type Draw, fixedDraw } from '../src/random/draws.js';
import { Changing, changes, decided, type MaybeChanging, nowOf } from '../src/steps/changing.js';
import { isBuiltin } from '../src/tfjs/builtins.js';
import { builtInDense } from '../src/tfjs/named.js';
import type { Weight } from '../src/tfjs/weights.js';

/** What prediction draws from, whatever the layer's name and seed: layers of equal weights predict the same. */
const FIXED = fixedDraw({ layer: 'dropConnectDense', seed: 0 });

const own = {
  /** The probability to drop a weight, from 0 to 1. `layer.rate` may be set at any time. */
  rate: required(probability),
  /**
   * A mask for each example, as in the paper, or for each batch, which takes a small part of the time. Default:
   * 'example'.
   */
  maskPer: optional(oneOf('example', 'batch'), 'example'),
  /** How a prediction is computed: see {@link dropConnectDense}. Default: 'mean'. */
  inference: optional(oneOf('mean', 'gaussian', 'sample'), 'mean'),
  /**
   * Number of draws for a prediction by 'sample' or 'gaussian': a positive integer. A draw costs a product with the
   * kernel for 'sample', a pass over the output for 'gaussian'. Default: 100, which gives a standard error of a tenth of
   * the standard deviation of f(u).
   */
  samples: optional(positiveInteger, 100),
  /** Where outputs are scaled: in training by `1 / (1 - rate)`, or at prediction by `1 - rate`. Default: 'inverted'. */
  scaling: optional(oneOf('inverted', 'classical'), 'inverted'),
};
const fields = { ...unitsField, ...kernelFields, ...useBiasField, ...own };

export interface DropConnectDenseArgs extends DenseLayerArgs, RandomArgs, UseBiasArgs, ArgsOf<typeof own> {}

/** The layer of {@link dropConnectDense}. */
export class DropConnectDense extends RandomLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelDropConnectDense';

  private kernel!: Weight<tf.Rank.R2>;
  private bias: Weight<tf.Rank.R1> | null = null;

  constructor(args: DropConnectDenseArgs) {
    super('dropConnectDense', fields, args, layerArgs(args));
    this.rate = this.settings.rate;
    this.supportsMasking = true;
  }

  /** The probability to drop a weight. */
  get rate(): number {
    return this.settings.rate;
  }

  set rate(value: number) {
    const rate = probability(this.kind, 'rate', value);
    const { scaling, inference } = this.settings;
    if (rate === 1 && scaling === 'inverted' && inference === 'gaussian') {
      const expected = "below 1 for inference 'gaussian' and scaling 'inverted', whose variance it sets";
      throw new ArgumentError(this.kind, 'rate', expected, rate);
    }
    this.settings = { ...this.settings, rate };
  }

  private get predictsByMean(): boolean {
    const { activation, inference } = this.settings;
    const linear = isBuiltin(activation, 'linear', 'apply');
    return inference === 'mean' || this.dropping.rate === 0 || (inference === 'gaussian' && linear);
  }

  private get dropping(): Dropping {
    const rate = drawnRate(this.rate);
    if (this.settings.scaling === 'classical') return { rate, scale: 1, meanScale: 1 - rate };
    // At rate 1 there is nothing to scale.
    return { rate, scale: rate < 1 ? 1 / (1 - rate) : 1, meanScale: 1 };
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(this.kind, inputShape);
    const { settings } = this;
    const { units, useBias } = settings;
    this.kernel = this.weight('kernel', [inputs, units], ...kernelArgs(settings));
    if (useBias) this.bias = this.weight('bias', [units], ...biasArgs(settings));
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.settings.units);
  }

  protected override compute(input: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    requireChannels(this.kind, input.shape, -1, this.kernel.shape[0] ?? null);
    if (!kwargs.training) return onLastAxis(input, (x) => this.predicted(x));
    const draw = this.draw(kwargs);
    return onLastAxis(input, (x) => this.trained(x, draw));
  }

  private trained(x: tf.Tensor2D, draw: Draw): tf.Tensor {
    const kernel = this.kernel.read();
    changes(this, 'settings.rate');
    const rate = new Changing(() => this.dropping.rate);
    const scale = this.settings.scaling === 'classical' ? 1 : new Changing(() => this.dropping.scale);
    if (decided(() => rate.now === 0)) return this.activated(tf.matMul(x, kernel));
    if (this.settings.maskPer === 'batch' || decided(() => rate.now === 1)) {
      return this.activated(perBatch(x, kernel, { rate, scale }, draw));
    }
    return this.activated(dropConnectPerExample(x, kernel, (block) => masksOf(block, rate, draw), scale));
  }

  private predicted(x: tf.Tensor2D): tf.Tensor {
    const kernel = this.kernel.read();
    const { dropping } = this;
    const { inference, samples } = this.settings;
    if (this.predictsByMean) {
      const product: tf.Tensor2D = tf.matMul(x, kernel);
      return this.activated(dropping.meanScale === 1 ? product : product.mul(dropping.meanScale));
    }
    if (inference === 'gaussian') return this.gaussianMean(dropConnectGaussian(x, kernel, dropping));
    return meanOverSamples(samples, (i) =>
      this.activated(perBatch(x, kernel, dropping, FIXED, `sample ${i}`)),
    );
  }

  /** The mean of f(u + b). */
  private gaussianMean({ mean, deviation }: Gaussian): tf.Tensor {
    const u = { mean: this.withBias(mean), deviation };
    const { activation, samples, units } = this.settings;
    if (isBuiltin(activation, 'relu', 'apply')) return gaussianRelu(u);
    const normals = FIXED.normal([samples, units]) as tf.Tensor2D;
    return gaussianMeanOf((u) => activate(activation, u), u, normals);
  }

  private activated(product: tf.Tensor2D): tf.Tensor {
    return activate(this.settings.activation, this.withBias(product));
  }

  private withBias(z: tf.Tensor2D): tf.Tensor2D {
    return this.bias ? z.add(this.bias.read()) : z;
  }

  prediction(): Prediction | null {
    if (!this.predictsByMean) return null;
    return {
      is: 'layer',
      layer: builtInDense(this.getConfig()),
      weights: [
        this.kernel.read().mul(this.dropping.meanScale),
        ...(this.bias ? [this.bias.read().clone()] : []),
      ],
    };
  }
}
register(DropConnectDense);

function perBatch(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  { rate, scale }: Record<'rate' | 'scale', MaybeChanging>,
  draw: Draw,
  part?: string,
): tf.Tensor2D {
  const { shape } = kernel;
  const dropsAll = decided(() => nowOf(rate) === 1);
  const kept = () => (dropsAll ? tf.zeros(shape, 'bool') : draw.bernoulli(shape, rate, part));
  return dropConnectPerBatch(x, kernel, kept, scale);
}

/** The masks of a block of examples: drawn, or cut out of the masks that a test gave for all examples. */
function masksOf({ index, first, shape }: Block, rate: MaybeChanging, draw: Draw): tf.Tensor {
  const kept = draw.bernoulli(shape, rate, `block ${index}`);
  return kept.shape[0] === shape[0] ? kept : kept.slice(first, shape[0]);
}

/**
 * A dense layer with DropConnect: dropout of weights in place of activations. With `M ~ Bernoulli(1 - rate)` of
 * the kernel's shape, and u the pre-activation, with masks, at prediction:
 *
 * inverted: training `y = f(x (M * W) / (1 - rate) + b)`, `E[u] = x W + b`, `Var[u] = rate / (1 - rate) (x * x)(W * W)`;
 *
 * classical: training `y = f(x (M * W) + b)`, `E[u] = (1 - rate) x W + b`, `Var[u] = rate (1 - rate) (x * x)(W * W)`.
 *
 * Prediction, by `inference`: 'mean' is `f(E[u])`; 'gaussian' is the mean of f(u) for a normal u of this mean and
 * variance, in closed form where f is relu or linear, else over `samples` draws; 'sample' is the mean of f(u) over
 * `samples` masks. These draws are the same for all layers, calls and examples: a prediction follows from the weights and
 * the example alone.
 *
 * Input `[..., features]`, output `[..., units]`; every index but the last counts as an example. Rate 0 is a dense layer,
 * rate 1 trains `f(b)`; other rates are rounded to a multiple of 2^-16. `rate` may be set while `fit` runs.
 *
 * Each training call draws new masks. They follow from the seed, the layer's name and the
 * number of the call, which the config holds; a layer without a name draws by its place among such layers of the model.
 *
 * A mask per batch takes five bytes per weight until the gradient is computed. Masks per example are drawn for a few
 * examples at a time: beside the memory of a dense layer a step takes at most three tensors of 2^22 numbers, or of one
 * example's masks where those are larger. On the native backend `batch features units` bits more are kept for the
 * gradient; elsewhere the masks are drawn again for it. Drawing so many numbers takes a large part of the time
 * (`npm run bench`).
 *
 * Differs from the paper:
 * 1. kept weights are divided by 1 - rate in training; the paper's form is 'classical';
 * 2. the bias is not dropped;
 * 3. prediction is by the mean by default; the paper's is 'gaussian', by draws for every f.
 *
 * Reference: Wan, Zeiler, Zhang, LeCun, Fergus, "Regularization of Neural Networks using DropConnect", ICML 2013.
 *
 * ```ts
 * model.add(dropConnectDense({ units: 128, activation: 'relu', rate: 0.5, maskPer: 'batch', seed: 1 }));
 * ```
 */
export function dropConnectDense(args: DropConnectDenseArgs): DropConnectDense {
  return new DropConnectDense(args);
}
