import * as tf from '@tensorflow/tfjs';
import { argumentsObject, knownArguments, oneOf } from '../src/errors/argument-error.js';
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

const LAYER = 'cosineConv2d';

export interface CosineConv2DArgs extends OwnConvArgs<number | [number, number]>, CosineArgs {
  /** Where the channels are in input and output. Default: 'channelsLast'. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}

/**
 * A convolution that takes the cosine between patch and filter in place of their product:
 *
 * `y = f(s c)`, `c = patch.w / (|patch| |w|)` for each place and filter, so that -1 <= c <= 1.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height', width', filters]`, or channels first. Training and
 * inference are the same function. What lies over the edge counts as zeros, in the length of a patch too. It does not
 * change when an image or a filter is multiplied by a positive number; centred, nor when a constant is added to a patch
 * that lies inside. Learning rates are an order of magnitude or two above those of conv2d.
 *
 * A dilated window costs as much as one with its gaps filled, since tfjs has no gradient for it otherwise. Centred, the
 * patches are laid out in memory: kernel height times width as much as the input.
 *
 * Differs from the paper:
 * 1. a zero patch or filter gives 0 (in the paper it is undefined);
 * 2. a bias and a scale can be asked for.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineConv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }));
 * ```
 */
export class CosineConv2D extends tf.layers.Layer implements Foldable {
  static className = 'EvenkeelCosineConv2D';

  private readonly conv: ConvSettings<number[]>;
  private readonly dataFormat: 'channelsLast' | 'channelsFirst';
  private readonly settings: CosineSettings;
  private readonly template: tf.layers.Layer;
  kernel!: tf.LayerVariable;
  bias?: tf.LayerVariable;
  logScale?: tf.LayerVariable;

  constructor(args: CosineConv2DArgs) {
    super(args ?? {});
    this.conv = convSettings(LAYER, args ?? {}, 2);
    this.dataFormat = oneOf(LAYER, 'dataFormat', args.dataFormat ?? 'channelsLast', [
      'channelsLast',
      'channelsFirst',
    ]);
    this.settings = cosineSettings(LAYER, args);
    this.template = denseTemplate({ ...args, units: 1 } as DenseArgs);
    knownArguments(this, LAYER, args);
  }

  private get axis(): number {
    return this.dataFormat === 'channelsFirst' ? 1 : -1;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = channels(LAYER, inputShape, { exactly: 4 }, this.axis);
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
    const [batch, ...sizes] = onlyShape(inputShape) as [number | null, ...(number | null)[]];
    const { filters } = this.conv;
    if (this.dataFormat === 'channelsFirst')
      return [batch, filters, ...convOutput(LAYER, sizes.slice(1), this.conv)];
    return [batch, ...convOutput(LAYER, sizes.slice(0, -1), this.conv), filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      requireChannels(LAYER, x.shape, this.axis, this.kernel.shape[2] as number);
      const first = this.dataFormat === 'channelsFirst';
      const images = (first ? tf.transpose(x, [0, 2, 3, 1]) : x) as tf.Tensor4D;
      const bias = this.bias?.read() as tf.Tensor1D | undefined;
      const inside = this.settings.bias === 'augmented' && bias ? bias : null;
      const kernel = this.kernel.read() as tf.Tensor4D;
      const c = cosineConv(images, kernel, inside, windowOf(this.conv), this.settings);
      const y = scaledAndShifted(c, this.settings, this.logScale?.read(), bias);
      const output = activate(denseFields(this.template).activation, y);
      return first ? tf.transpose(output, [0, 3, 1, 2]) : output;
    });
  }

  prediction(): Prediction {
    return cosinePrediction(this, this, this.settings);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { useBias: _, ...config } = denseConfig(this.template);
    const { dataFormat } = this;
    return { ...super.getConfig(), ...config, ...this.settings, ...this.conv, dataFormat };
  }
}
register(CosineConv2D);

/** A convolution of images with cosine normalization; see {@link CosineConv2D}. */
export function cosineConv2d(args: CosineConv2DArgs): CosineConv2D {
  return new CosineConv2D(argumentsObject(LAYER, 'filters', args));
}
