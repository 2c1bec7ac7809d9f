import * as tf from '@tensorflow/tfjs';
import { oneOf } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ConvArgs, convFields, convOutput, windowOf } from '../src/layer/conv.js';
import { type CosineArgs, CosineWeights, cosineFields } from '../src/layer/cosine.js';
import { type KernelArgs, kernelFields } from '../src/layer/dense.js';
import { type ArgsOf, optional } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { channels, onlyShape, requireChannels } from '../src/layer/shape.js';
import { SingleInputLayer } from '../src/layer/single-input-layer.js';
import { cosineConv } from '../src/ops/cosine-conv.js';

const own = {
  /** Where the channels are in input and output. Default: 'channelsLast'. */
  dataFormat: optional(oneOf('channelsLast', 'channelsFirst'), 'channelsLast'),
};
const fields = { ...convFields(2), ...own, ...kernelFields, ...cosineFields };

export interface CosineConv2DArgs
  extends LayerArgs,
    ConvArgs<2>,
    KernelArgs,
    CosineArgs,
    ArgsOf<typeof own> {}

/** The layer of {@link cosineConv2d}. */
export class CosineConv2D extends SingleInputLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelCosineConv2D';

  private parts!: CosineWeights<[number, number, number, number]>;

  constructor(args: CosineConv2DArgs) {
    super('cosineConv2d', fields, args);
  }

  private get channelsFirst(): boolean {
    return this.settings.dataFormat === 'channelsFirst';
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = channels(this.kind, inputShape, { exactly: 4 }, this.channelsFirst ? 1 : -1);
    this.computeOutputShape(inputShape); // refuses an input that is smaller than the window
    const { kernelSize, filters } = this.settings;
    this.parts = new CosineWeights(this.settings, [...kernelSize, inputs, filters], (...weight) =>
      this.weight(...weight),
    );
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, ...sizes] = onlyShape(inputShape);
    const { kind, settings } = this;
    if (this.channelsFirst) return [batch, settings.filters, ...convOutput(kind, sizes.slice(1), settings)];
    return [batch, ...convOutput(kind, sizes.slice(0, -1), settings), settings.filters];
  }

  protected override compute(x: tf.Tensor, _kwargs: CallArgs): tf.Tensor {
    const { parts, settings, channelsFirst } = this;
    requireChannels(this.kind, x.shape, channelsFirst ? 1 : -1, parts.kernel.shape[2] ?? null);
    const images = (channelsFirst ? tf.transpose(x, [0, 2, 3, 1]) : x) as tf.Tensor4D;
    const c = cosineConv(images, parts.kernel.read(), parts.biasInside(), windowOf(settings), settings);
    const y = parts.output(c);
    return channelsFirst ? tf.transpose(y, [0, 3, 1, 2]) : y;
  }

  prediction(): Prediction {
    return this.parts.prediction(this);
  }
}
register(CosineConv2D);

/**
 * A convolution that takes the cosine between patch and filter in place of their product:
 *
 * `y = f(s c)`, `c = patch.w / (|patch| |w|)` for each place and filter, with -1 <= c <= 1.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height', width', filters]`, or channels first. Training and
 * inference are the same function. Padding counts as zeros, in the length of a patch too. The output does not change when
 * an image or a filter is multiplied by a positive number; with `center`, nor when a constant is added to a patch without
 * padding. Learning rates are one or two orders of magnitude above those of conv2d.
 *
 * A dilated window costs as much as a window without gaps, since tfjs has no gradient of dilated convolutions. With
 * `center` the patches are laid out in memory, which takes kernel height times width the memory of
 * the input.
 *
 * Differs from the paper:
 * 1. a zero patch or filter gives 0 (in the paper it is undefined);
 * 2. there can be a bias and a scale.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineConv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }));
 * ```
 */
export function cosineConv2d(args: CosineConv2DArgs): CosineConv2D {
  return new CosineConv2D(args);
}
