import * as tf from '@tensorflow/tfjs';
import {
  ArgumentError,
  argumentsObject,
  knownArguments,
  oneOf,
  positiveInteger,
  probability,
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
import { features, requireChannels, withLast } from '../src/layer/shape.js';
import { activate } from '../src/ops/activate.js';
import { type Block, dropConnectPerBatch, dropConnectPerExample } from '../src/ops/drop-connect.js';
import {
  type DropConnectLaw,
  dropConnectGaussian,
  type Gaussian,
  gaussianMeanOf,
  gaussianRelu,
  meanOverSamples,
} from '../src/ops/drop-connect-gaussian.js';
import { drawnRate } from '../src/random/bernoulli.js';
import { type Draw, fixedDraw } from '../src/random/draws.js';
import { isBuiltin } from '../src/tfjs/builtins.js';
import { copyOf } from '../src/tfjs/copy-layer.js';

const LAYER = 'dropConnectDense';

/** What prediction draws from, whatever the layer's name and seed: equal weights predict equally. */
const FIXED = fixedDraw({ layer: LAYER, seed: 0 });

export interface DropConnectDenseArgs extends OwnDenseArgs, RandomArgs {
  /** The probability to drop a weight, from 0 to 1. The layer's own `rate` may be set at any time. */
  rate: number;
  /**
   * What has a mask of its own: each example, as in the paper, or each batch, which takes a small part of the time.
   * Default: 'example'.
   */
  maskPer?: 'example' | 'batch';
  /** What is predicted: see the layer. Default: 'mean'. */
  inference?: 'mean' | 'gaussian' | 'sample';
  /**
   * How many draws a prediction is the mean of, where it draws: a positive integer. Each costs a product with a kernel
   * for 'sample', a pass over the output for 'gaussian'. Default: 100, for a standard error of a tenth of the spread of
   * f(u).
   */
  samples?: number;
  /** Where 1 - rate is made up for: in training (inverted) or at prediction (classical). Default: 'inverted'. */
  scaling?: 'inverted' | 'classical';
  /** Default: true. */
  useBias?: boolean;
}

/**
 * A dense layer with DropConnect: dropout of weights in place of activities. With `M ~ Bernoulli(1 - rate)` of the
 * kernel's shape, and prediction from `u`, what f is applied to:
 *
 * inverted: training `y = f(x (M * W) / (1 - rate) + b)`, `E[u] = x W + b`, `Var[u] = rate / (1 - rate) (x * x)(W * W)`;
 *
 * classical: training `y = f(x (M * W) + b)`, `E[u] = (1 - rate) x W + b`, `Var[u] = rate (1 - rate) (x * x)(W * W)`.
 *
 * Prediction 'mean' is `f(E[u])`; 'gaussian' the mean of f(u) for u normal of these moments, in closed form where f is
 * relu or linear, else over `samples` normal draws; 'sample' the mean of f(u) over `samples` masks. What prediction draws
 * is the same for all layers, calls and examples: a prediction follows from weights and example alone.
 *
 * Input `[..., features]`, output `[..., units]`; every index but the last counts as an example. Rate 0 is dense, rate 1
 * trains `f(b)`; others are rounded to a multiple of 2^-16. Each training call has masks of its own; the config
 * counts the calls. The layer draws by its seed and its name, without a name by its seed and its place among such layers
 * of the model. `rate` may be set while `fit` runs.
 *
 * A mask a batch holds five bytes a weight until the gradient. A mask an example is drawn for a few examples at a time and
 * drawn again for the gradient, so that a step holds what a dense layer's does, and three tensors of 2^22 numbers at most,
 * or of one example's; but it draws `2 batch features units` numbers, which is nearly all of its time (`npm run bench`).
 *
 * Differs from the paper:
 * 1. kept weights are divided by 1 - rate while training; the paper's form is 'classical';
 * 2. the bias is not dropped;
 * 3. prediction is of the mean by default; the paper's is 'gaussian', by draws for every f.
 *
 * Reference: Wan, Zeiler, Zhang, LeCun, Fergus, "Regularization of Neural Networks using DropConnect", ICML 2013.
 *
 * ```ts
 * model.add(dropConnectDense({ units: 128, activation: 'relu', rate: 0.5, maskPer: 'batch', seed: 1 }));
 * ```
 */
export class DropConnectDense extends RandomLayer implements Foldable {
  static className = 'EvenkeelDropConnectDense';

  private readonly units: number;
  private readonly maskPer: 'example' | 'batch';
  private readonly inference: 'mean' | 'gaussian' | 'sample';
  private readonly samples: number;
  private readonly scaling: 'inverted' | 'classical';
  private readonly template: tf.layers.Layer;
  private current!: number;
  private kernel!: tf.LayerVariable;
  private bias?: tf.LayerVariable;

  constructor(args: DropConnectDenseArgs) {
    super(LAYER, args ?? {}, layerArgs(args));
    this.units = positiveInteger(LAYER, 'units', args?.units);
    this.maskPer = oneOf(LAYER, 'maskPer', args.maskPer ?? 'example', ['example', 'batch']);
    const inferences = ['mean', 'gaussian', 'sample'] as const;
    this.inference = oneOf(LAYER, 'inference', args.inference ?? 'mean', inferences);
    this.samples = positiveInteger(LAYER, 'samples', args.samples ?? 100);
    this.scaling = oneOf(LAYER, 'scaling', args.scaling ?? 'inverted', ['inverted', 'classical']);
    this.rate = args.rate;
    this.template = denseTemplate(args as DenseArgs);
    this.supportsMasking = true;
    knownArguments(this, LAYER, args);
  }

  /** The probability to drop a weight. */
  get rate(): number {
    return this.current;
  }

  set rate(value: number) {
    probability(LAYER, 'rate', value);
    if (value === 1 && this.scaling === 'inverted' && this.inference === 'gaussian') {
      const expected = "below 1 for inference 'gaussian' and scaling 'inverted', whose variance it sets";
      throw new ArgumentError(LAYER, 'rate', expected, value);
    }
    this.current = value;
  }

  private get predictsByMean(): boolean {
    const linear = isBuiltin(denseFields(this.template).activation, 'linear', 'apply');
    return this.inference === 'mean' || this.law.rate === 0 || (this.inference === 'gaussian' && linear);
  }

  private get law(): DropConnectLaw {
    const rate = drawnRate(this.rate);
    if (this.scaling === 'classical') return { rate, scale: 1, meanScale: 1 - rate };
    // At rate 1 there is nothing to scale.
    return { rate, scale: rate < 1 ? 1 / (1 - rate) : 1, meanScale: 1 };
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const t = denseFields(this.template);
    this.kernel = this.addWeight('kernel', [inputs, this.units], 'float32', ...kernelArgs(t));
    if (t.useBias) this.bias = this.addWeight('bias', [this.units], 'float32', ...biasArgs(t));
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.units);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      requireChannels(LAYER, x.shape, -1, this.kernel.shape[0] as number);
      if (!kwargs.training) return onLastAxis(x, (x) => this.predicted(x));
      const draw = this.draw(kwargs);
      return onLastAxis(x, (x) => this.trained(x, draw));
    });
  }

  private trained(x: tf.Tensor2D, draw: Draw): tf.Tensor {
    const kernel = this.kernel.read() as tf.Tensor2D;
    const { rate, scale } = this.law;
    if (rate === 0) return this.activity(tf.matMul(x, kernel));
    if (this.maskPer === 'batch' || rate === 1) return this.activity(perBatch(x, kernel, this.law, draw));
    return this.activity(dropConnectPerExample(x, kernel, (block) => masksOf(block, rate, draw), scale));
  }

  private predicted(x: tf.Tensor2D): tf.Tensor {
    const kernel = this.kernel.read() as tf.Tensor2D;
    const { law, samples } = this;
    if (this.predictsByMean) {
      const product: tf.Tensor2D = tf.matMul(x, kernel);
      return this.activity(law.meanScale === 1 ? product : product.mul(law.meanScale));
    }
    if (this.inference === 'gaussian') return this.gaussianMean(dropConnectGaussian(x, kernel, law));
    return meanOverSamples(samples, (i) => this.activity(perBatch(x, kernel, law, FIXED, `sample ${i}`)));
  }

  /** The mean of f(u + b). */
  private gaussianMean({ mean, deviation }: Gaussian): tf.Tensor {
    const u = { mean: this.withBias(mean), deviation };
    const { activation } = denseFields(this.template);
    if (isBuiltin(activation, 'relu', 'apply')) return gaussianRelu(u);
    const normals = FIXED.normal([this.samples, this.units]) as tf.Tensor2D;
    return gaussianMeanOf((u) => activate(activation, u), u, normals);
  }

  private activity(product: tf.Tensor2D): tf.Tensor {
    return activate(denseFields(this.template).activation, this.withBias(product));
  }

  private withBias(z: tf.Tensor2D): tf.Tensor2D {
    return this.bias ? (z.add(this.bias.read()) as tf.Tensor2D) : z;
  }

  prediction(): Prediction | null {
    if (!this.predictsByMean) return null;
    const { name, trainable } = this;
    return {
      is: 'layer',
      layer: copyOf(this.template, { name, trainable }),
      weights: [this.kernel.read().mul(this.law.meanScale), ...(this.bias ? [this.bias.read().clone()] : [])],
    };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { units, rate, maskPer, inference, samples, scaling } = this;
    const own = { units, rate, maskPer, inference, samples, scaling };
    return { ...super.getConfig(), ...denseConfig(this.template), ...own };
  }
}
register(DropConnectDense);

function perBatch(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  { rate, scale }: DropConnectLaw,
  draw: Draw,
  part?: string,
): tf.Tensor2D {
  const { shape } = kernel;
  const kept = () => (rate === 1 ? tf.zeros(shape, 'bool') : draw.bernoulli(shape, rate, part));
  return dropConnectPerBatch(x, kernel, kept, scale);
}

/** The masks of a block: drawn, or its part of those that a test gave for all examples. */
function masksOf({ index, first, shape }: Block, rate: number, draw: Draw): tf.Tensor {
  const kept = draw.bernoulli(shape, rate, `block ${index}`);
  return kept.shape[0] === shape[0] ? kept : kept.slice(first, shape[0]);
}

/** A dense layer with DropConnect; see {@link DropConnectDense}. */
export function dropConnectDense(args: DropConnectDenseArgs): DropConnectDense {
  return new DropConnectDense(argumentsObject(LAYER, 'units', args));
}
