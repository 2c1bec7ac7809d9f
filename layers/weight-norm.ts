import * as tf from '@tensorflow/tfjs';
import { flag, positive } from '../src/errors/checks.js';
import { type LayerArgs, refuseUnknown } from '../src/layer/base-layer.js';
import { type CallArgs, onLastAxis, onlyInput } from '../src/layer/call.js';
import { type ArgsOf, type Field, optional } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { channels, requireChannels } from '../src/layer/shape.js';
import { activate } from '../src/ops/activate.js';
import { weightNormProduct } from '../src/ops/weight-norm.js';
import { copyOf, describe, fromWritten, ownWeights } from '../src/tfjs/copy-layer.js';
import { activationIn, dataFormatOf } from '../src/tfjs/inside.js';
import { buildWith, type WeightRequest } from '../src/wrapping/inner-layer.js';
import { type KernelLayer, kernelLayer, requireLayer } from '../src/wrapping/kernels.js';
import { linearOutputs } from '../src/wrapping/linear-outputs.js';
import { NormalizedKernel } from '../src/wrapping/normalized-kernel.js';
import { refuseWeights, requireObject } from '../src/wrapping/refusals.js';
import { WrapperLayer } from '../src/wrapping/wrapper-layer.js';

const LAYER = 'weightNorm';

const layer: Field<tf.layers.Layer, tf.layers.Layer, false> = {
  optional: false,
  read: (owner, _argument, given) => requireLayer(owner, given),
  write: describe,
};

const fields = {
  /**
   * The layer whose kernels are normalized, new or already with weights: dense, conv1d, conv2d, conv2dTranspose,
   * depthwiseConv2d, separableConv2d, simpleRNN, lstm, gru, timeDistributed over one of them, or bidirectional over a
   * recurrent one. It is copied.
   */
  layer,
  /** Train the lengths g too. Default: true. */
  trainableScale: optional(flag, true),
  /** Added to each sum of squares inside the root: above 0. Default: 1e-12. */
  epsilon: optional(positive, 1e-12),
};

export interface WeightNormArgs extends LayerArgs, ArgsOf<typeof fields> {}

/** What `dataInit` sets, and from what. */
export interface WeightNormStart {
  g: tf.LayerVariable;
  bias: tf.LayerVariable | undefined;
  /** The outputs, with their axis, as they are with g at 1, without bias and activation. */
  outputs(inputs: tf.Tensor | tf.Tensor[], kwargs: object): { t: tf.Tensor; axis: number };
}

/** The layer of {@link weightNorm}. */
export class WeightNorm extends WrapperLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelWeightNorm';

  private readonly known: KernelLayer;
  /** The layer that was given, whose weights this one starts with; null once it has. */
  private given: tf.layers.Layer | null;
  /** In the order in which the layer inside has its own. */
  private readonly parts: (NormalizedKernel | tf.LayerVariable)[] = [];
  private channels = 0;

  constructor(args: WeightNormArgs) {
    requireObject(LAYER, args);
    refuseUnknown(LAYER, [...Object.keys(fields), 'goBackwards'], args);
    const known = kernelLayer(LAYER, args?.layer);
    super(LAYER, fields, args);
    this.known = known;
    this.given = args.layer;
    refuseWeights(LAYER, this.layer);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.channels = channels(LAYER, inputShape, this.known.rank, this.inputAxis);
    buildWith(this.layer, inputShape, (request) => {
      const outputAxes = this.known.kernels[request.name];
      const part = outputAxes ? this.addKernel(request, outputAxes) : this.add(request);
      this.parts.push(part);
      return part;
    });
    if (this.given) {
      for (const [i, weight] of ownWeights(this.given).entries()) this.parts[i]?.write(weight);
    }
    this.given = null;
    super.build(inputShape);
  }

  private add({ name, direction, shape, dtype, initializer, ...rest }: WeightRequest): tf.LayerVariable {
    const { regularizer, trainable, constraint } = rest;
    return this.addWeight(
      prefixed(direction, name),
      shape,
      dtype,
      initializer,
      regularizer,
      trainable,
      constraint,
    );
  }

  private addKernel(request: WeightRequest, outputAxes: number[]): NormalizedKernel {
    const { epsilon, trainableScale } = this.settings;
    const prefix = Object.keys(this.known.kernels).length > 1 ? request.name.replace(/_?kernel$/, '') : '';
    const options = { prefix, epsilon, trainableScale };
    const kernel = NormalizedKernel.add(request, outputAxes, options, (part) => this.add(part));
    const { regularizer } = request;
    if (regularizer) this.addLoss(() => tf.tidy(() => regularizer.apply(kernel.compute())));
    return kernel;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.forward(inputs, kwargs);
    });
  }

  private forward(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor | tf.Tensor[] {
    const [, ...initialState] = [inputs].flat();
    const x = onlyInput(inputs);
    requireChannels(LAYER, x.shape, this.inputAxis, this.channels);
    if (this.layer.getClassName() === 'Dense') return this.dense(x);
    return NormalizedKernel.held(this.kernels, () =>
      this.layer.call(x, initialState.length > 0 ? { ...kwargs, initialState } : kwargs),
    );
  }

  /** The kernel of a dense layer is larger than its outputs, so the outputs are scaled in its place. */
  private dense(x: tf.Tensor): tf.Tensor {
    const { bias } = this;
    const kernel = this.kernels[0]!;
    const [g, v] = [kernel.g.read() as tf.Tensor1D, kernel.v.read() as tf.Tensor2D];
    const { epsilon } = this.settings;
    const y = onLastAxis(x, (x) => weightNormProduct(x, v, g, { epsilon }));
    return activate(activationIn(this.layer), bias ? y.add(bias.read()) : y);
  }

  private get kernels(): NormalizedKernel[] {
    return this.parts.filter((part) => part instanceof NormalizedKernel);
  }

  private get bias(): tf.LayerVariable | undefined {
    return this.parts.find((part) => part instanceof tf.LayerVariable);
  }

  private get inputAxis(): number {
    if (dataFormatOf(this.layer) !== 'channelsFirst') return -1;
    return this.layer.getClassName() === 'TimeDistributed' ? 2 : 1;
  }

  /** For `dataInit`; null for recurrent layers, whose outputs depend on themselves. */
  get start(): WeightNormStart | null {
    const { kernels } = this;
    const last = kernels.at(-1);
    if ('recurrent_kernel' in this.known.kernels || !last) return null;
    return {
      g: last.g,
      bias: this.bias,
      outputs: (inputs, kwargs) => {
        const t = linearOutputs(this.layer, kernels, onlyInput(inputs), kwargs);
        return { t, axis: (this.inputAxis + t.rank) % t.rank };
      },
    };
  }

  prediction(): Prediction {
    return {
      is: 'layer',
      layer: copyOf(this.layer, { name: this.name, trainable: this.trainable }),
      weights: this.parts.map((part) =>
        part instanceof NormalizedKernel ? part.compute() : part.read().clone(),
      ),
    };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls({ ...config, layer: fromWritten(LAYER, config.layer) });
  }
}
register(WeightNorm);

/** `forward` and `recurrentG` make `forwardRecurrentG`. */
function prefixed(prefix: string, name: string): string {
  return prefix ? `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
}

/**
 * Weight normalization: each kernel of a layer as direction and length, `w = g v / |v|` for each output.
 *
 * The length is taken over all axes of the kernel but that of the outputs: the last axis; in a transposed convolution the
 * last but one; in a depthwise kernel the last two. In recurrent and separable layers both kernels are normalized.
 *
 * Input and output are those of the layer inside; training and inference are the same function. At the start `g = |v|`:
 * wrapping changes no output, not even of a layer that already has weights. `dataInit` starts from data instead. Name,
 * trainable, initializers, regularizers and constraints are those of the layer inside; the regularizer of a kernel acts on
 * w, its constraint on v. What tfjs cannot train, weightNorm cannot train either: dilated convolutions, and on wasm every
 * convolution.
 *
 * Weights, in this order: `g` (shape: the output axes of the kernel), `v` (shape: that of the kernel), the bias; for two
 * kernels `g`, `v`, `recurrentG`, `recurrentV`, or `depthwiseG`, `depthwiseV`, `pointwiseG`, `pointwiseV`; for two
 * directions `forwardG` to `forwardBias`, then `backwardG` to `backwardBias`. `tf.layers.bidirectional` around
 * weightNorm computes the same.
 *
 * Differs from the paper:
 * 1. g starts at |v|, where the paper sets g and b from a batch of data: see `dataInit`;
 * 2. an output whose v is zero gives 0 (in the paper it is undefined).
 *
 * Reference: Salimans and Kingma, "Weight Normalization: A Simple Reparameterization to Accelerate Training of Deep
 * Neural Networks", arXiv 1602.07868.
 *
 * ```ts
 * model.add(weightNorm({ layer: tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }) }));
 * ```
 */
export function weightNorm(args: WeightNormArgs): WeightNorm {
  return new WeightNorm(args);
}
