import * as tf from '@tensorflow/tfjs';
import { argumentsObject, knownArguments } from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import {
  type ConvSettings,
  convOutput,
  convSettings,
  type OwnConvArgs,
  windowOf,
} from '../src/layer/conv.js';
import {
  type CosineArgs,
  type CosineSettings,
  cosinePrediction,
  cosineSettings,
  logScaleInitializer,
  scaledAndShifted,
} from '../src/layer/cosine.js';
import {
  biasArgs,
  type DenseArgs,
  denseConfig,
  denseFields,
  denseTemplate,
  kernelArgs,
} from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { channels, onlyShape, requireChannels } from '../src/layer/shape.js';
import { activate } from '../src/ops/activate.js';
import { cosineConv } from '../src/ops/cosine-conv.js';

const LAYER = 'cosineConv1d';

export interface CosineConv1DArgs extends OwnConvArgs<number | [number]>, CosineArgs {}

/**
 * A convolution that takes the cosine between patch and filter in place of their product:
 *
 * `y = f(s c)`, `c = patch.w / (|patch| |w|)` for each place and filter, so that -1 <= c <= 1.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps', filters]`. Training and inference are the same function. What
 * lies over the edge counts as zeros, in the length of a patch too. It does not change when a sequence or a filter is
 * multiplied by a positive number; centred, nor when a constant is added to a patch that lies inside. Learning rates are
 * an order of magnitude or two above those of conv1d.
 *
 * A dilated window costs as much as one with its gaps filled, since tfjs has no gradient for it otherwise. Centred, the
 * patches are laid out in memory: kernel size times as much as the input.
 *
 * Differs from the paper:
 * 1. a zero patch or filter gives 0 (in the paper it is undefined);
 * 2. a bias and a scale can be asked for.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineConv1d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }));
 * ```
 */
export class CosineConv1D extends tf.layers.Layer implements Foldable {
  static className = 'EvenkeelCosineConv1D';

  private readonly conv: ConvSettings<number[]>;
  private readonly settings: CosineSettings;
  private readonly template: tf.layers.Layer;
  kernel!: tf.LayerVariable;
  bias?: tf.LayerVariable;
  logScale?: tf.LayerVariable;

  constructor(args: CosineConv1DArgs) {
    super(args ?? {});
    this.conv = convSettings(LAYER, args ?? {}, 1);
    this.settings = cosineSettings(LAYER, args);
    this.template = denseTemplate({ ...args, units: 1 } as DenseArgs);
    knownArguments(this, LAYER, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = channels(LAYER, inputShape, { exactly: 3 }, -1);
    this.computeOutputShape(inputShape); // refuses one that no window fits into
    const t = denseFields(this.template);
    const { kernelSize, filters } = this.conv;
    this.kernel = this.addWeight('kernel', [...kernelSize, inputs, filters], 'float32', ...kernelArgs(t));
    if (this.settings.bias !== 'none')
      this.bias = this.addWeight('bias', [filters], 'float32', ...biasArgs(t));
    const logScale = logScaleInitializer(this.settings);
    if (logScale) this.logScale = this.addWeight('logScale', [], 'float32', logScale);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, steps] = onlyShape(inputShape) as [number | null, number | null];
    return [batch, ...convOutput(LAYER, [steps], this.conv), this.conv.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs) as tf.Tensor3D;
      requireChannels(LAYER, x.shape, -1, this.kernel.shape[1] as number);
      const bias = this.bias?.read() as tf.Tensor1D | undefined;
      const inside = this.settings.bias === 'augmented' && bias ? bias : null;
      // A sequence is an image of one row.
      const rows = x.expandDims(1) as tf.Tensor4D;
      const kernel = this.kernel.read().expandDims(0) as tf.Tensor4D;
      const c = cosineConv(rows, kernel, inside, windowOf(this.conv), this.settings).squeeze([1]);
      const y = scaledAndShifted(c, this.settings, this.logScale?.read(), bias);
      return activate(denseFields(this.template).activation, y);
    });
  }

  prediction(): Prediction {
    return cosinePrediction(this, this, this.settings);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { useBias: _, ...config } = denseConfig(this.template);
    return { ...super.getConfig(), ...config, ...this.settings, ...this.conv };
  }
}
register(CosineConv1D);

/** A convolution of sequences with cosine normalization; see {@link CosineConv1D}. */
export function cosineConv1d(args: CosineConv1DArgs): CosineConv1D {
  return new CosineConv1D(argumentsObject(LAYER, 'filters', args));
}
