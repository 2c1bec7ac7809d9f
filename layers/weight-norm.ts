import * as tf from '@tensorflow/tfjs';
import { type CallArgs, onLastAxis, onlyInput } from '../src/arguments/call.js';
import { ArgumentError, positive } from '../src/arguments/check.js';
import {
  biasArgs,
  type DenseFields,
  denseFields,
  kernelArgs,
  type LayerArgs,
} from '../src/arguments/dense.js';
import { register } from '../src/arguments/register.js';
import { features } from '../src/arguments/shape.js';
import { activate } from '../src/ops/activate.js';
import { kernelLengths } from '../src/ops/lengths.js';
import { weightNormProduct } from '../src/ops/weight-norm.js';

const LAYER = 'weightNorm';

/** The class names of the layers that can be wrapped. */
const WRAPPED = ['Dense'];

export interface WeightNormArgs extends LayerArgs {
  /** The layer whose kernel is normalized: `tf.layers.dense(...)`, new or already with weights. */
  layer: tf.layers.Layer;
  /** Train the lengths g too. Default: true. */
  trainableScale?: boolean;
  /** Added to each sum of squares inside the root: above 0. Default: 1e-12. */
  epsilon?: number;
}

/**
 * Weight normalization: the kernel of a layer as direction and length, `w = g v / |v|` for each output unit.
 *
 * Input and output are those of the layer inside, training and inference the same function. At the start `g = |v|`, so
 * that wrapping changes no output, also not of a layer that already has weights. Weights: g `[units]`, v (the shape of
 * the kernel), bias, in that order. Name, initializers, regularizers, constraints and activation are those of the layer
 * inside; the kernel's regularizer and constraint act on v.
 *
 * Differs from the paper:
 * 1. g starts at |v|, where the paper sets g and b from a batch of data;
 * 2. a unit whose v is zero gives 0 (in the paper it is undefined).
 *
 * Reference: Salimans and Kingma, "Weight Normalization: A Simple Reparameterization to Accelerate Training of Deep
 * Neural Networks", arXiv 1602.07868.
 *
 * ```ts
 * model.add(weightNorm({ layer: tf.layers.dense({ units: 128, activation: 'relu' }) }));
 * ```
 */
export class WeightNorm extends tf.layers.Layer {
  static className = 'EvenkeelWeightNorm';

  private readonly layer: tf.layers.Layer;
  private readonly trainableScale: boolean;
  private readonly epsilon: number;
  private g!: tf.LayerVariable;
  private v!: tf.LayerVariable;
  private bias?: tf.LayerVariable;

  constructor(args: WeightNormArgs) {
    const { layer } = args;
    requireKnown(layer);
    const inner = layer as unknown as { name: string; trainable: boolean; batchInputShape?: tf.Shape };
    super({
      ...(inner.batchInputShape ? { batchInputShape: inner.batchInputShape } : {}),
      ...args,
      name: args.name ?? inner.name,
      trainable: args.trainable ?? inner.trainable,
    });
    this.layer = layer;
    this.trainableScale = args.trainableScale ?? true;
    this.epsilon = positive(LAYER, 'epsilon', args.epsilon ?? 1e-12);
    this.inputSpec = [{ minNDim: 2 }];
  }

  private get fields(): DenseFields {
    return denseFields(this.layer);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const f = this.fields;
    const ones = tf.initializers.ones();
    this.g = this.addWeight('g', [f.units], 'float32', ones, undefined, this.trainableScale);
    this.v = this.addWeight('v', [inputs, f.units], 'float32', ...kernelArgs(f));
    if (f.useBias) {
      this.bias = this.addWeight('bias', [f.units], 'float32', ...biasArgs(f));
    }
    const [kernel, bias] = ownWeights(this.layer);
    if (kernel) this.v.write(kernel);
    if (bias) this.bias?.write(bias);
    // Of the kernel as it was given: a constraint may have changed the length of v, and the output must not change.
    const start = (kernel ?? this.v.read()) as tf.Tensor2D;
    const lengths = kernelLengths(start, [-1], this.epsilon) as tf.Tensor1D;
    this.g.write(lengths);
    lengths.dispose();
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const v = this.v.read() as tf.Tensor2D;
      const g = this.g.read() as tf.Tensor1D;
      const { epsilon } = this;
      const y = onLastAxis(onlyInput(inputs), (x) => weightNormProduct(x, v, g, { epsilon }));
      return activate(this.fields.activation, this.bias ? y.add(this.bias.read()) : y);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { trainableScale, epsilon } = this;
    const layer = { className: this.layer.getClassName(), config: this.layer.getConfig() };
    return { ...super.getConfig(), layer, trainableScale, epsilon };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const inner = config.layer as { className: string; config: tf.serialization.ConfigDict };
    const known = tf.serialization.SerializationMap.getMap().classNameMap[inner.className];
    if (!known) throw unknown(`a layer of class ${inner.className}`);
    const [innerClass, innerFromConfig] = known;
    return new cls({ ...config, layer: innerFromConfig(innerClass, inner.config) });
  }
}
register(WeightNorm);

/** What the layer has been built with, or was told to start with; none for a new one. */
function ownWeights(layer: tf.layers.Layer): tf.Tensor[] {
  const { initialWeights } = layer as unknown as { initialWeights?: tf.Tensor[] | null };
  return layer.weights.length > 0 ? layer.getWeights() : (initialWeights ?? []);
}

function requireKnown(layer: unknown): void {
  if (layer instanceof tf.layers.Layer) {
    if (!WRAPPED.includes(layer.getClassName())) throw unknown(`a layer of class ${layer.getClassName()}`);
  } else if (typeof (layer as tf.layers.Layer | undefined)?.getClassName === 'function') {
    throw new Error(
      `${LAYER}: layer comes from another copy of @tensorflow/tfjs. Keep one: see \`npm ls @tensorflow/tfjs-layers\`, ` +
        'then `npm dedupe`.',
    );
  } else throw unknown(layer);
}

function unknown(received: unknown): ArgumentError {
  return new ArgumentError(LAYER, 'layer', `a layer of class ${WRAPPED.join(', ')}`, received);
}

/** Weight normalization of a layer; see {@link WeightNorm}. */
export function weightNorm(args: WeightNormArgs): WeightNorm {
  return new WeightNorm(args);
}
